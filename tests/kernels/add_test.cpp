// Every leaf of the residual add against float64, element by element.
#include "kernels/add/add.h"

#include <gtest/gtest.h>

#include "tests/kernels/numbers.h"

namespace roofmark {
namespace {

template <class Body>
void each_leaf(Body body) {
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::add},
  for_each_runnable<AddLeaf<float>>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, body);
#undef ROOFMARK_ROW
}

/// Every leaf for that type of element, those that store past the caches among them.
template <class T, class Body>
void each_leaf_of(Body body) {
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::add}, {#isa, isa_##isa::add_nt},
  if constexpr (std::is_same_v<T, bf16>) {
    for_each_runnable<AddLeaf<T>>({ROOFMARK_EACH_ISA_OF_add(ROOFMARK_ROW)}, body);
  } else {
    for_each_runnable<AddLeaf<T>>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, body);
  }
#undef ROOFMARK_ROW
}

TEST(AddLeaves, OfEveryTypeRoundTheSumToTheNearest) {
  for_each_element([](auto element) {
    using T = decltype(element);
    each_leaf_of<T>([](AddLeaf<T> add) {
      std::vector<std::int64_t> counts = odd_lengths();
      counts.push_back(beyond_l2<T> + 36);
      for (const std::int64_t count : counts) {
        for (const std::int64_t offset : {0, 1}) {
          const Numbers<T> x(count, offset), r(count, 2 * offset, 1, 2);
          GuardedNumbers<T> y(count, offset);
          add(x.data(), r.data(), y.data(), count);
          ASSERT_LE(add_error(x.data(), r.data(), y.data(), type_of<T>, count), 1) << count;
          y.expect_intact();
        }
      }
    });
  });
}

TEST(AddLeaves, AddEveryElementAndWriteNoOther) {
  each_leaf([](AddLeaf<float> add) {
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
  each_leaf([](AddLeaf<float> add) {
    for (const bool over_first : {true, false}) {
      Operand x(509, 1), r(509, 0, 1, 2);
      const Operand was_x = x, was_r = r;
      add(x.data(), r.data(), over_first ? x.data() : r.data(), 509);
      for (int i = 0; i < 509; ++i) ASSERT_EQ((over_first ? x : r)[i], was_x[i] + was_r[i]) << i;
    }
  });
}

TEST(AddLeaves, PropagateNaNAndInfinity) {
  for_each_element([](auto element) {
    using T = decltype(element);
    each_leaf_of<T>([](AddLeaf<T> add) {
      Numbers<T> x(163, 0), r(163, 0);
      for (const int at : {5, 6, 130, 162}) std::memset(x.data() + at, 0xff, sizeof(T));  // NaN
      for (const int at : {7, 160}) x.set(at, -std::numeric_limits<double>::infinity());
      GuardedNumbers<T> y(163, 0, 0);
      add(x.data(), r.data(), y.data(), 163);
      for (int i = 0; i < 163; ++i) {
        EXPECT_EQ(std::isnan(y[i]), std::isnan(x[i])) << i;
        EXPECT_EQ(std::isinf(y[i]), std::isinf(x[i])) << i;
      }
    });
  });
}

}  // namespace
}  // namespace roofmark
