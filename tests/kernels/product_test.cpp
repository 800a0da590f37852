// The check of a matrix product: passes what rounding explains, and nothing else.
#include "kernels/product.h"

#include <gtest/gtest.h>

#include <cstring>

#include "tests/kernels/guarded.h"

namespace roofmark {
namespace {

/// A product in f32, summed in order: the worst order a kernel could choose.
std::vector<float> product_f32(const Product& p, const Operand& a, const Operand& w) {
  std::vector<float> c(static_cast<std::size_t>(p.m * p.n));
  for (std::int64_t i = 0; i < p.m; ++i) {
    for (std::int64_t j = 0; j < p.n; ++j) {
      float sum = 0;
      for (std::int64_t l = 0; l < p.k; ++l) sum += a[i * p.k + l] * w[j * p.k + l];
      c[static_cast<std::size_t>(i * p.n + j)] = sum;
    }
  }
  return c;
}

/// Keeps `bits` bits of the mantissa, as tensor cores do with f32 operands (tf32: 10, bf16: 7).
float truncated(float value, int bits) {
  std::uint32_t raw;
  std::memcpy(&raw, &value, sizeof raw);
  raw &= ~((1u << (23 - bits)) - 1);
  std::memcpy(&value, &raw, sizeof raw);
  return value;
}

struct Instance {
  Product p;
  Operand a, w;
  std::vector<float> c;

  explicit Instance(std::int64_t m, std::int64_t n, std::int64_t k, float mean = 0)
      : p(Shape{{"m", m}, {"n", n}, {"k", k}}), a(m * k, 0), w(n * k, 0, 1, 2) {
    for (std::int64_t i = 0; i < m * k; ++i) a[i] += mean;
    for (std::int64_t i = 0; i < n * k; ++i) w[i] += mean;
    c = product_f32(p, a, w);
  }
  double freivalds(int threads = 1) const {
    return freivalds_error(p, a.data(), w.data(), c.data(), threads);
  }
  double dots() const {
    return largest_error(c.data(), p.m * p.n, [&](std::int64_t i) {
      return expected_dot(a.data() + i / p.n * p.k, w.data() + i % p.n * p.k, p.k);
    });
  }
};

TEST(ProductCheck, AllowsTheRoundingOfAPlainSum) {
  for (const std::int64_t k : {1, 7, 64, 1000, 8192}) {
    for (const float mean : {0.0f, 1.0f}) {
      const Instance what(3, 37, k, mean);
      EXPECT_LE(what.dots(), 0.75) << k << " " << mean;
      EXPECT_LE(what.freivalds(), 0.75) << k << " " << mean;
    }
  }
}

TEST(ProductCheck, FindsOneWrongElement) {
  Instance what(5, 300, 256);
  // One product left out of a sum: the smallest mistake a wrong tail makes.
  const std::int64_t i = 4, j = 299;
  what.c[i * 300 + j] -= what.a[i * 256 + 255] * what.w[j * 256 + 255];
  EXPECT_GT(what.freivalds(), 1);
  EXPECT_GT(what.freivalds(2), 1);
  EXPECT_GT(what.dots(), 1);
}

TEST(ProductCheck, FindsAMissingTailOfEveryRow) {
  const Instance whole(4, 50, 1024);
  Instance what = whole;
  what.c = product_f32(Product(Shape{{"m", 4}, {"n", 50}, {"k", 1024}}), whole.a, whole.w);
  for (std::int64_t i = 0; i < 4; ++i) {
    for (std::int64_t j = 0; j < 50; ++j) {
      what.c[i * 50 + j] -= what.a[i * 1024 + 1023] * what.w[j * 1024 + 1023];
    }
  }
  EXPECT_GT(what.freivalds(), 1);
  EXPECT_GT(what.dots(), 1);
}

TEST(ProductCheck, FindsOperandsOfFewerBits) {
  for (const int bits : {7, 10}) {
    Instance what(4, 64, 512);
    Instance rounded = what;
    for (std::int64_t i = 0; i < 4 * 512; ++i) rounded.a[i] = truncated(what.a[i], bits);
    for (std::int64_t i = 0; i < 64 * 512; ++i) rounded.w[i] = truncated(what.w[i], bits);
    what.c = product_f32(what.p, rounded.a, rounded.w);
    EXPECT_GT(what.dots(), 1) << bits;
    EXPECT_GT(what.freivalds(), 1) << bits;
  }
}

TEST(ProductCheck, CallsNaNWrong) {
  Instance what(2, 8, 16);
  what.c[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(what.freivalds(), std::numeric_limits<double>::infinity());
  EXPECT_EQ(what.dots(), std::numeric_limits<double>::infinity());
}

TEST(ProductCheck, DoesNotDependOnTheNumberOfThreads) {
  Instance what(7, 33, 100);
  EXPECT_NEAR(what.freivalds(1), what.freivalds(2), 1e-6 * what.freivalds(1));
  EXPECT_NEAR(what.freivalds(1), what.freivalds(9), 1e-6 * what.freivalds(1));
}

}  // namespace
}  // namespace roofmark
