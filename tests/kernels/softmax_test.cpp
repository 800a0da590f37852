// Every leaf of the softmax, and its exponential, against float64.
#include "kernels/softmax/softmax.h"

#include <gtest/gtest.h>

#include <cstring>

#include "tests/kernels/numbers.h"

namespace roofmark {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

template <class Body>
void each_leaf(Body body) {
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::softmax},
  for_each_runnable<SoftmaxLeaf<float>>(
      {ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, [&](SoftmaxLeaf<float> softmax) {
        body([=](const float* x, float* y, std::int64_t rows, std::int64_t cols) {
          std::vector<float> scratch(static_cast<std::size_t>(2 * cols));
          softmax(x, y, scratch.data(), rows, cols);
        });
      });
#undef ROOFMARK_ROW
}

/// Every leaf for that type of element, those that store past the caches among them.
template <class T, class Body>
void each_leaf_of(Body body) {
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::softmax}, {#isa, isa_##isa::softmax_nt},
  if constexpr (std::is_same_v<T, bf16>) {
    for_each_runnable<SoftmaxLeaf<T>>({ROOFMARK_EACH_ISA_OF_softmax(ROOFMARK_ROW)}, body);
  } else {
    for_each_runnable<SoftmaxLeaf<T>>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, body);
  }
#undef ROOFMARK_ROW
}

template <class Body>
void each_exponential(Body body) {
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::exponentials},
  for_each_runnable<ExponentialsLeaf>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, body);
#undef ROOFMARK_ROW
}
template <class Body>
void each_short_exponential(Body body) {
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::short_exponentials},
  for_each_runnable<ExponentialsLeaf>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, body);
#undef ROOFMARK_ROW
}
/// Every 2049th f32 from -0 down to where the exponential is flushed.
std::vector<float> arguments() {
  std::vector<float> x;
  for (std::uint32_t bits = 0x80000000u;; bits += 2049) {
    float value;
    std::memcpy(&value, &bits, sizeof value);
    if (value < -87.3f) return x;
    x.push_back(value);
  }
}

/// Every element against float64, within the tolerance that a run uses.
template <class Output>
void expect_softmax(const float* x, const Output& y, std::int64_t rows, std::int64_t cols) {
  for (std::int64_t r = 0; r < rows; ++r) {
    const float* in = x + r * cols;
    const double most = *std::max_element(in, in + cols);
    double sum = 0, total = 0;
    for (std::int64_t c = 0; c < cols; ++c) sum += std::exp(in[c] - most);
    for (std::int64_t c = 0; c < cols; ++c) {
      const double exact = std::exp(in[c] - most) / sum;
      const double distance = std::isinf(in[c]) ? 0 : most - in[c];
      const double units = 8 + distance + static_cast<double>(cols) / 8;
      ASSERT_NEAR(y[r * cols + c], exact, f32_rounding * units * exact + 1.22e-38)
          << "row " << r << ", column " << c << " of " << cols;
      total += static_cast<double>(y[r * cols + c]);
    }
    ASSERT_NEAR(total, 1, 1e-6 + 1e-8 * static_cast<double>(cols)) << "row " << r;
  }
}

TEST(Exponential, IsWithinTwelveTenthsOfAUnitInTheLastPlace) {
  each_exponential([](ExponentialsLeaf exponentials) {
    const std::vector<float> x = arguments();
    ASSERT_GT(x.size(), 400000u);
    std::vector<float> y(x.size());
    exponentials(x.data(), y.data(), static_cast<std::int64_t>(x.size()));
    double worst = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double exact = std::exp(static_cast<double>(x[i]));
      const float nearest = static_cast<float>(exact);
      const double ulp = std::nextafter(nearest, infinity) - nearest;
      worst = std::max(worst, std::abs(y[i] - exact) / ulp);
      ASSERT_LE(std::abs(y[i] - exact), 1.2 * ulp) << "e^" << x[i] << " = " << y[i];
    }
    EXPECT_GT(worst, 0.49) << "nothing rounds better than to nearest";
  });
}

TEST(Exponential, OfResultsOf16BitsIsWithin49UnitsAndTwoOfItsArgument) {
  each_short_exponential([](ExponentialsLeaf exponentials) {
    const std::vector<float> x = arguments();
    std::vector<float> y(x.size());
    exponentials(x.data(), y.data(), static_cast<std::int64_t>(x.size()));
    double worst = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double off = std::abs(y[i] / std::exp(static_cast<double>(x[i])) - 1) / f32_rounding;
      worst = std::max(worst, off);
      ASSERT_LE(off, 49 - 2.0 * x[i]) << "e^" << x[i] << " = " << y[i];
    }
    EXPECT_GT(worst, 40) << "the polynomial alone is off by more";
  });
}

void expect_one_at_zero(ExponentialsLeaf exponentials) {
  const float x[] = {0.0f, -0.0f, -87.3f, -87.4f, -104.0f, -1e9f, -3e38f, -infinity};
  float y[8];
  exponentials(x, y, 8);
  EXPECT_EQ(y[0], 1);
  EXPECT_EQ(y[1], 1);
  EXPECT_NEAR(y[2] / std::exp(static_cast<double>(x[2])), 1, 2e-5);
  for (int i = 3; i < 8; ++i) EXPECT_EQ(y[i], 0) << x[i];
}

TEST(Exponential, IsOneAtZeroAndFlushesFarBelow) {
  each_exponential(expect_one_at_zero);
  each_short_exponential(expect_one_at_zero);
}

TEST(Exponential, OfNaNIsNaN) {
  const auto expect_nan = [](ExponentialsLeaf exponentials) {
    for (const float nan :
         {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::quiet_NaN()}) {
      float y;
      exponentials(&nan, &y, 1);
      EXPECT_TRUE(std::isnan(y));
    }
  };
  each_exponential(expect_nan);
  each_short_exponential(expect_nan);
}

TEST(SoftmaxLeaves, ComputeEveryElementAndWriteNoOther) {
  each_leaf([](auto softmax) {
    for (const std::int64_t cols : odd_lengths()) {
      for (const float scale : {1.0f, 30.0f}) {
        const Operand x(3 * cols, 1, scale);
        Guarded y(3 * cols, 3);
        softmax(x.data(), y.data(), 3, cols);
        expect_softmax(x.data(), y, 3, cols);
        y.expect_intact();
      }
    }
  });
}

TEST(SoftmaxLeaves, OfEveryTypeComputeEveryElement) {
  for_each_element([](auto element) {
    using T = decltype(element);
    each_leaf_of<T>([](SoftmaxLeaf<T> softmax) {
      for (const std::int64_t cols : odd_lengths()) {
        const std::int64_t rows = rows_of<T>(cols);
        Numbers<T> x(rows * cols, cols % 2, 10);
        if (cols > 3) x.set(cols + cols / 2, -std::numeric_limits<double>::infinity());  // masked
        GuardedNumbers<T> y(rows * cols, cols % 2);
        GuardedNumbers<float> scratch(2 * cols, 1);
        softmax(x.data(), y.data(), scratch.data(), rows, cols);
        const auto units = [&](double distance) {
          const double is_short = sizeof(T) == 2 ? 49 + 2 * distance : 0;
          return 8 + distance + static_cast<double>(cols) / 8 + is_short;
        };
        const auto error = [&](std::int64_t at) {
          return softmax_error(x.data() + at, y.data() + at, type_of<T>, 1, cols, units);
        };
        ASSERT_LE(largest_of_rows(rows, cols, error), 1) << cols;
        if (cols > 3) {
          EXPECT_EQ(y[cols + cols / 2], 0);
        }
        y.expect_intact();
        scratch.expect_intact();
      }
    });
  });
}

TEST(SoftmaxLeaves, MayWriteOverTheirOperand) {
  each_leaf([](auto softmax) {
    for (const std::int64_t cols : {37, 2048}) {
      Operand x(3 * cols, 0);
      const Operand was = x;
      softmax(x.data(), x.data(), 3, cols);
      expect_softmax(was.data(), x, 3, cols);
    }
  });
}

TEST(SoftmaxLeaves, HoldForHugeElements) {
  each_leaf([](auto softmax) {
    for (const float scale : {1e-30f, 80.0f, 1e4f, 1e38f}) {
      const Operand x(2 * 131, 0, scale);
      Guarded y(2 * 131, 0);
      softmax(x.data(), y.data(), 2, 131);
      expect_softmax(x.data(), y, 2, 131);
    }
  });
}

TEST(SoftmaxLeaves, GiveMaskedElementsNothing) {
  each_leaf([](auto softmax) {
    // A causal mask: row r sees r + 1 of its columns.
    constexpr int n = 150;
    Operand x(n * n, 0);
    for (int r = 0; r < n; ++r) {
      for (int c = r + 1; c < n; ++c) x[r * n + c] = -infinity;
    }
    Guarded y(n * n, 0);
    softmax(x.data(), y.data(), n, n);
    expect_softmax(x.data(), y, n, n);
    for (int r = 0; r < n; ++r) {
      for (int c = r + 1; c < n; ++c) ASSERT_EQ(y[r * n + c], 0) << r << "," << c;
    }
    EXPECT_EQ(y[0], 1);
  });
}

TEST(SoftmaxLeaves, HaveNoAnswerForARowWithoutOne) {
  each_leaf([](auto softmax) {
    constexpr int n = 70;
    for (const float poison : {std::numeric_limits<float>::quiet_NaN(), infinity, -infinity}) {
      Operand x(3 * n, 0);
      x[n + 69] = poison;
      if (poison == -infinity) {
        for (int c = 0; c < n; ++c) x[n + c] = poison;  // masked whole
      }
      Guarded y(3 * n, 0);
      softmax(x.data(), y.data(), 3, n);
      for (int c = 0; c < n; ++c) {
        ASSERT_TRUE(std::isfinite(y[c]) && std::isfinite(y[2 * n + c])) << poison << ", " << c;
      }
      EXPECT_TRUE(std::isnan(y[n + 69])) << poison;
      if (std::isnan(poison) || poison < 0) {
        for (int c = 0; c < n; ++c) ASSERT_TRUE(std::isnan(y[n + c])) << poison << ", " << c;
      }
    }
  });
}

TEST(SoftmaxLeaves, OfOneColumnIsOne) {
  each_leaf([](auto softmax) {
    const float x[] = {-3e38f, 0, 7};
    float y[3];
    softmax(x, y, 3, 1);
    for (const float value : y) EXPECT_EQ(value, 1);
  });
}

}  // namespace
}  // namespace roofmark
