// Every leaf of the residual add against float64, element by element.
#include "kernels/add/add.h"

#include <gtest/gtest.h>

#include "tests/kernels/guarded.h"

namespace roofmark {
namespace {

template <class Body>
void each_leaf(Body body) {
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::add},
  for_each_runnable<AddLeaf>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, body);
#undef ROOFMARK_ROW
}

TEST(AddLeaves, AddEveryElementAndWriteNoOther) {
  each_leaf([](AddLeaf add) {
    for (const std::int64_t count : odd_lengths()) {
      for (const std::int64_t offset : {0, 1, 3}) {
        const Operand x(count, offset), r(count, 2 * offset, 1, 2);
        Guarded y(count, offset);
        add(x.data(), r.data(), y.data(), count);
        for (std::int64_t i = 0; i < count; ++i)
          ASSERT_EQ(y[i], x[i] + r[i]) << i << " of " << count;
        y.expect_intact();
      }
    }
  });
}

TEST(AddLeaves, MayWriteOverTheirOperands) {
  each_leaf([](AddLeaf add) {
    for (const bool over_first : {true, false}) {
      Operand x(509, 1), r(509, 0, 1, 2);
      const Operand was_x = x, was_r = r;
      add(x.data(), r.data(), over_first ? x.data() : r.data(), 509);
      for (int i = 0; i < 509; ++i) ASSERT_EQ((over_first ? x : r)[i], was_x[i] + was_r[i]) << i;
    }
  });
}

TEST(AddLeaves, PropagateNaNAndInfinity) {
  each_leaf([](AddLeaf add) {
    Operand x(67, 0), r(67, 0);
    x[5] = std::numeric_limits<float>::quiet_NaN();
    x[66] = std::numeric_limits<float>::infinity();
    Guarded y(67, 0);
    add(x.data(), r.data(), y.data(), 67);
    EXPECT_TRUE(std::isnan(y[5]));
    EXPECT_EQ(y[66], std::numeric_limits<float>::infinity());
    EXPECT_TRUE(std::isfinite(y[65]));
  });
}

}  // namespace
}  // namespace roofmark
