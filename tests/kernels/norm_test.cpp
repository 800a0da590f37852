// Every leaf of RMSNorm against float64, element by element.
#include "kernels/norm/norm.h"

#include <gtest/gtest.h>

#include "tests/kernels/guarded.h"

namespace roofmark {
namespace {

template <class Body>
void each_leaf(Body body) {
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::norm},
  for_each_runnable<NormLeaf>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, body);
#undef ROOFMARK_ROW
}

double exact_scale(const float* x, std::int64_t cols, float eps) {
  double squares = 0;
  for (std::int64_t c = 0; c < cols; ++c) squares += static_cast<double>(x[c]) * x[c];
  return 1 / std::sqrt(squares / static_cast<double>(cols) + eps);
}

/// Every element of y against float64, within 1e-5 (1 + |y|).
template <class Output>
void expect_normed(const float* x, const Operand& w, const Output& y, std::int64_t rows,
                   std::int64_t cols, float eps) {
  for (std::int64_t r = 0; r < rows; ++r) {
    const double scale = exact_scale(x + r * cols, cols, eps);
    for (std::int64_t c = 0; c < cols; ++c) {
      const double exact = x[r * cols + c] * scale * w[c];
      ASSERT_NEAR(y[r * cols + c], exact, 1e-5 * (1 + std::abs(exact)))
          << "row " << r << ", column " << c << " of " << cols;
    }
  }
}

TEST(NormLeaves, ScaleEveryElementAndWriteNoOther) {
  each_leaf([](NormLeaf norm) {
    for (const std::int64_t cols : odd_lengths()) {
      for (const std::int64_t rows : {1, 3}) {
        const Operand x(rows * cols, 1), w(cols, 3, 2, 2);
        Guarded y(rows * cols, 1);
        norm(x.data(), w.data(), y.data(), rows, cols, 1e-5f);
        expect_normed(x.data(), w, y, rows, cols, 1e-5f);
        y.expect_intact();
      }
    }
  });
}

TEST(NormLeaves, MayWriteOverTheirOperand) {
  each_leaf([](NormLeaf norm) {
    for (const std::int64_t cols : {37, 4096}) {
      Operand x(3 * cols, 0);
      const Operand was = x, w(cols, 0, 1, 2);
      norm(x.data(), w.data(), x.data(), 3, cols, 1e-5f);
      expect_normed(was.data(), w, x, 3, cols, 1e-5f);
    }
  });
}

TEST(NormLeaves, HoldForHugeAndForTinyElements) {
  each_leaf([](NormLeaf norm) {
    for (const float scale : {1e-30f, 1e-12f, 1e-3f, 1e6f, 9e17f}) {
      const Operand x(2 * 131, 0, scale), w(131, 0, 1, 2);
      Guarded y(2 * 131, 0);
      norm(x.data(), w.data(), y.data(), 2, 131, 1e-5f);
      expect_normed(x.data(), w, y, 2, 131, 1e-5f);
    }
  });
}

TEST(NormLeaves, LeaveARowOfZerosZero) {
  each_leaf([](NormLeaf norm) {
    const Operand x(100, 0, 0), w(100, 0);
    Guarded y(100, 0);
    norm(x.data(), w.data(), y.data(), 1, 100, 1e-5f);
    for (int c = 0; c < 100; ++c) EXPECT_EQ(y[c], 0) << c;
  });
}

TEST(NormLeaves, KeepANaNInItsRow) {
  each_leaf([](NormLeaf norm) {
    Operand x(3 * 77, 0);
    const Operand w(77, 0, 1, 2);
    x[77 + 76] = std::numeric_limits<float>::quiet_NaN();
    Guarded y(3 * 77, 0);
    norm(x.data(), w.data(), y.data(), 3, 77, 1e-5f);
    for (int c = 0; c < 77; ++c) {
      EXPECT_TRUE(std::isfinite(y[c]) && std::isnan(y[77 + c]) && std::isfinite(y[154 + c])) << c;
    }
  });
}

}  // namespace
}  // namespace roofmark
