// Every leaf of RMSNorm, LayerNorm, and RMSNorm after an add, against float64, element by element.
#include "kernels/norm/norm.h"

#include <gtest/gtest.h>

#include "tests/kernels/numbers.h"

namespace roofmark {
namespace {

template <class Body>
void each_leaf(Body body) {
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::norm},
  for_each_runnable<NormLeaf<float>>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, body);
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
  each_leaf([](NormLeaf<float> norm) {
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
  each_leaf([](NormLeaf<float> norm) {
    for (const std::int64_t cols : {37, 4096}) {
      Operand x(3 * cols, 0);
      const Operand was = x, w(cols, 0, 1, 2);
      norm(x.data(), w.data(), x.data(), 3, cols, 1e-5f);
      expect_normed(was.data(), w, x, 3, cols, 1e-5f);
    }
  });
}

TEST(NormLeaves, HoldForHugeAndForTinyElements) {
  each_leaf([](NormLeaf<float> norm) {
    for (const float scale : {1e-30f, 1e-12f, 1e-3f, 1e6f, 9e17f}) {
      const Operand x(2 * 131, 0, scale), w(131, 0, 1, 2);
      Guarded y(2 * 131, 0);
      norm(x.data(), w.data(), y.data(), 2, 131, 1e-5f);
      expect_normed(x.data(), w, y, 2, 131, 1e-5f);
    }
  });
}

TEST(NormLeaves, LeaveARowOfZerosZero) {
  each_leaf([](NormLeaf<float> norm) {
    const Operand x(100, 0, 0), w(100, 0);
    Guarded y(100, 0);
    norm(x.data(), w.data(), y.data(), 1, 100, 1e-5f);
    for (int c = 0; c < 100; ++c) EXPECT_EQ(y[c], 0) << c;
  });
}

TEST(NormLeaves, KeepANaNInItsRow) {
  each_leaf([](NormLeaf<float> norm) {
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

// The same of every type of element, and of stores past the caches.

template <class T, class Body>
void each_norm_of(Body body) {
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::norm}, {#isa, isa_##isa::norm_nt},
  if constexpr (std::is_same_v<T, bf16>) {
    for_each_runnable<NormLeaf<T>>({ROOFMARK_EACH_ISA_OF_norm(ROOFMARK_ROW)}, body);
  } else {
    for_each_runnable<NormLeaf<T>>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, body);
  }
#undef ROOFMARK_ROW
}
template <class T, class Body>
void each_layer_norm_of(Body body) {
#define ROOFMARK_ROW(isa, vector_bytes) \
  {#isa, isa_##isa::layer_norm}, {#isa, isa_##isa::layer_norm_nt},
  if constexpr (std::is_same_v<T, bf16>) {
    for_each_runnable<LayerNormLeaf<T>>({ROOFMARK_EACH_ISA_OF_layer_norm(ROOFMARK_ROW)}, body);
  } else {
    for_each_runnable<LayerNormLeaf<T>>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, body);
  }
#undef ROOFMARK_ROW
}
template <class T, class Body>
void each_add_norm_of(Body body) {
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::add_norm},
  if constexpr (std::is_same_v<T, bf16>) {
    for_each_runnable<AddNormLeaf<T>>({ROOFMARK_EACH_ISA_OF_add_norm(ROOFMARK_ROW)}, body);
  } else {
    for_each_runnable<AddNormLeaf<T>>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, body);
  }
#undef ROOFMARK_ROW
}

TEST(NormLeaves, OfEveryTypeScaleEveryElement) {
  for_each_element([](auto element) {
    using T = decltype(element);
    each_norm_of<T>([](NormLeaf<T> norm) {
      for (const std::int64_t cols : odd_lengths()) {
        const std::int64_t offset = cols % 2, rows = rows_of<T>(cols);
        const Numbers<T> x(rows * cols, offset), w(cols, 3 * offset, 2, 2);
        GuardedNumbers<T> y(rows * cols, offset);
        norm(x.data(), w.data(), y.data(), rows, cols, norm_eps);
        const auto error = [&](std::int64_t at) {
          return norm_error(x.data() + at, w.data(), nullptr, y.data() + at, type_of<T>, 1, cols);
        };
        ASSERT_LE(largest_of_rows(rows, cols, error), 1) << cols;
        y.expect_intact();
      }
    });
  });
}

TEST(LayerNormLeaves, ShiftAndScaleEveryElement) {
  for_each_element([](auto element) {
    using T = decltype(element);
    each_layer_norm_of<T>([](LayerNormLeaf<T> layer_norm) {
      for (const std::int64_t cols : odd_lengths()) {
        const std::int64_t offset = cols % 2, rows = rows_of<T>(cols);
        const Numbers<T> x(rows * cols, offset), w(cols, 3 * offset, 2, 2), b(cols, offset, 3, 4);
        GuardedNumbers<T> y(rows * cols, offset);
        layer_norm(x.data(), w.data(), b.data(), y.data(), rows, cols, norm_eps);
        const auto error = [&](std::int64_t at) {
          return norm_error(x.data() + at, w.data(), b.data(), y.data() + at, type_of<T>, 1, cols);
        };
        ASSERT_LE(largest_of_rows(rows, cols, error), 1) << cols;
        y.expect_intact();
      }
    });
  });
}

/// Largest |y - float64| relative to 1e-5 (1 + |y|), without what an error of the mean is worth.
double layer_norm_error(const Numbers<float>& x, const GuardedNumbers<float>& y, std::int64_t rows,
                        std::int64_t cols) {
  double worst = 0;
  for (std::int64_t r = 0; r < rows; ++r) {
    const NormRow row = norm_row(x.data(), DType::f32, r * cols, cols, true);
    for (std::int64_t c = 0; c < cols; ++c) {
      const double exact = (x[r * cols + c] - row.mean) * row.scale;
      worst = worse(worst, std::abs(y[r * cols + c] - exact) / (1e-5 * (1 + std::abs(exact))));
    }
  }
  return worst;
}

TEST(LayerNormLeaves, AreExactWhereARowBeginsFarFromTheRest) {
  each_layer_norm_of<float>([](LayerNormLeaf<float> layer_norm) {
    constexpr std::int64_t cols = 2051;
    for (const std::int64_t outliers : {1, 16, 40}) {
      Numbers<float> x(3 * cols, 0);
      for (std::int64_t i = 0; i < outliers; ++i) x.set(cols + i, 900);
      Numbers<float> w(cols, 0), b(cols, 0, 0);
      for (std::int64_t c = 0; c < cols; ++c) w.set(c, 1);
      GuardedNumbers<float> y(3 * cols, 0);
      layer_norm(x.data(), w.data(), b.data(), y.data(), 3, cols, norm_eps);
      EXPECT_LE(layer_norm_error(x, y, 3, cols), 1) << outliers;
    }
  });
}

TEST(LayerNormLeaves, CancelNothingOfALargeMean) {
  each_layer_norm_of<float>([](LayerNormLeaf<float> layer_norm) {
    constexpr std::int64_t cols = 1000;
    Numbers<float> x(2 * cols, 0), w(cols, 0), b(cols, 0);
    for (std::int64_t i = 0; i < 2 * cols; ++i) x.set(i, 4096 + x[i]);
    GuardedNumbers<float> y(2 * cols, 0);
    layer_norm(x.data(), w.data(), b.data(), y.data(), 2, cols, norm_eps);
    EXPECT_LE(norm_error(x.data(), w.data(), b.data(), y.data(), DType::f32, 2, cols), 1);
  });
}

TEST(AddNormLeaves, WriteTheSumAndItsNorm) {
  for_each_element([](auto element) {
    using T = decltype(element);
    each_add_norm_of<T>([](AddNormLeaf<T> add_norm) {
      for (const std::int64_t cols : odd_lengths()) {
        const std::int64_t offset = cols % 2, rows = rows_of<T>(cols), count = rows * cols;
        const Numbers<T> x(count, offset), r(count, 0, 1, 3), w(cols, 3 * offset, 2, 2);
        GuardedNumbers<T> h(count, offset), y(count, offset);
        add_norm(x.data(), r.data(), w.data(), h.data(), y.data(), rows, cols, norm_eps);
        ASSERT_LE(add_error(x.data(), r.data(), h.data(), type_of<T>, count), 1) << cols;
        const auto error = [&](std::int64_t at) {
          return norm_error(h.data() + at, w.data(), nullptr, y.data() + at, type_of<T>, 1, cols);
        };
        ASSERT_LE(largest_of_rows(rows, cols, error), 1) << cols;
        h.expect_intact();
        y.expect_intact();
      }
    });
  });
}

TEST(AddNormLeaves, MayWriteTheSumOverAnOperand) {
  each_add_norm_of<bf16>([](AddNormLeaf<bf16> add_norm) {
    Numbers<bf16> x(3 * 137, 0);
    const Numbers<bf16> was = x, r(3 * 137, 0, 1, 3), w(137, 0, 2, 2);
    GuardedNumbers<bf16> y(3 * 137, 0);
    add_norm(x.data(), r.data(), w.data(), x.data(), y.data(), 3, 137, norm_eps);
    EXPECT_LE(add_error(was.data(), r.data(), x.data(), DType::bf16, 3 * 137), 1);
    EXPECT_LE(norm_error(x.data(), w.data(), nullptr, y.data(), DType::bf16, 3, 137), 1);
  });
}

}  // namespace
}  // namespace roofmark
