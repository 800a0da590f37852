// Every leaf of the matrix-vector product against float64, element by element.
#include "kernels/gemv/gemv.h"

#include <gtest/gtest.h>

#include "tests/kernels/guarded.h"

namespace roofmark {
namespace {

void multiply(const RowLeaf& leaf, const float* w, const float* x, float* y, std::int64_t rows,
              std::int64_t k) {
  leaf.product({.w = reinterpret_cast<const char*>(w),
                .x = reinterpret_cast<const char*>(x),
                .y = reinterpret_cast<char*>(y),
                .rows = rows,
                .k = k});
}

template <class Body>
void each_leaf(Body body) {
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, &isa_##isa::gemv_f32},
  for_each_runnable<const RowLeaf*>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, [&](const RowLeaf* leaf) {
    body([&](auto... arguments) { multiply(*leaf, arguments...); });
  });
#undef ROOFMARK_ROW
}

TEST(GemvLeaves, MultiplyEveryRowAndWriteNoOther) {
  each_leaf([](auto gemv) {
    for (const std::int64_t k : odd_lengths()) {
      for (const std::int64_t rows : {1, 3, 8}) {
        const Operand w(rows * k, 1), x(k, 3, 1, 2);
        Guarded y(rows, 1);
        gemv(w.data(), x.data(), y.data(), rows, k);
        for (std::int64_t r = 0; r < rows; ++r) {
          const Expected expected = expected_dot(w.data() + r * k, x.data(), k);
          ASSERT_NEAR(y[r], expected.value, expected.tolerance)
              << r << " of " << rows << ", k " << k;
        }
        y.expect_intact();
      }
    }
  });
}

TEST(GemvLeaves, TakeTheCopiesOfXByTurnsWhereTheMachineAsksByL2) {
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, &isa_##isa::gemv_f32},
  for_each_runnable<const RowLeaf*>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, [&](const RowLeaf* leaf) {
    constexpr int rows = 5, k = 37, copies = 2;
    const Operand w(rows * k, 1), x(copies * k, 3);
    for (const bool by_l2 : {false, true}) {
      Guarded y(rows, 1);
      leaf->product({.w = reinterpret_cast<const char*>(w.data()),
                     .x = reinterpret_cast<const char*>(x.data()),
                     .y = reinterpret_cast<char*>(y.data()),
                     .rows = rows,
                     .k = k,
                     .by_l2 = by_l2,
                     .copies = copies});
      for (int r = 0; r < rows; ++r) {
        const int copy = by_l2 ? r % copies : 0;
        const Expected expected = expected_dot(w.data() + r * k, x.data() + copy * k, k);
        EXPECT_NEAR(y[r], expected.value, expected.tolerance) << r << ", by L2 " << by_l2;
      }
    }
  });
#undef ROOFMARK_ROW
}

TEST(GemvLeaves, AreExactOnSmallWholeNumbers) {
  each_leaf([](auto gemv) {
    constexpr int rows = 5, k = 1031;
    Operand w(rows * k, 0), x(k, 0);
    for (int i = 0; i < rows * k; ++i) w[i] = static_cast<float>(i * 7 % 11 - 5);
    for (int i = 0; i < k; ++i) x[i] = static_cast<float>(i * 3 % 13 - 6);
    Guarded y(rows, 0);
    gemv(w.data(), x.data(), y.data(), rows, k);
    for (int r = 0; r < rows; ++r) {
      int exact = 0;
      for (int i = 0; i < k; ++i) exact += static_cast<int>(w[r * k + i]) * static_cast<int>(x[i]);
      EXPECT_EQ(y[r], static_cast<float>(exact)) << r;
    }
  });
}

TEST(GemvLeaves, KeepANaNInItsRow) {
  each_leaf([](auto gemv) {
    for (const std::int64_t k : {1, 17, 130}) {
      Operand w(3 * k, 0), x(k, 0);
      w[2 * k - 1] = std::numeric_limits<float>::quiet_NaN();
      Guarded y(3, 0);
      gemv(w.data(), x.data(), y.data(), 3, k);
      EXPECT_TRUE(std::isfinite(y[0]) && std::isnan(y[1]) && std::isfinite(y[2])) << "k " << k;
    }
  });
}

}  // namespace
}  // namespace roofmark
