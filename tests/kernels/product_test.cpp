// The check of a matrix product: passes what rounding explains, and nothing else.
#include "kernels/product.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/device.h"
#include "core/values.h"
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
    const RowOf row = [&](std::int64_t j, float* to) { std::copy_n(w.data() + j * p.k, p.k, to); };
    return freivalds_error(p, a.data(), row, c.data(), threads);
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

/// Operands of a product as they lie in memory, all bytes of int8, [-1, 1) of others.
struct Stored {
  Product p;
  Format format;
  double scale;
  std::vector<std::uint32_t> a, w;
  std::vector<std::byte> c;

  Stored(const char* name, std::int64_t m, std::int64_t n, std::int64_t k)
      : p(Shape{{"m", m}, {"n", n}, {"k", k}}),
        format(*format_from(name)),
        scale(format.weights == DType::i8 ? 32 / (5461 * std::sqrt(static_cast<double>(k))) : 1),
        a(random(m * k, 1)),
        w(random(n * k, 2)),
        c(static_cast<std::size_t>(m * n * bits(format.activations) / 8)) {
    for (std::int64_t i = 0; i < m * n; ++i) store(i, sum(i));
  }

  std::vector<std::uint32_t> random(std::int64_t count, std::uint64_t seed) const {
    std::vector<std::uint32_t> words(
        static_cast<std::size_t>(count * bits(format.weights) / 32 + 1));
    for (std::size_t i = 0; i < words.size(); ++i) {
      words[i] = random_word(random_word_of(format.weights), seed, i);
    }
    return words;
  }
  double sum(std::int64_t i) const {
    double sum = 0;
    for (std::int64_t l = 0; l < p.k; ++l) sum += term(i, l);
    return scale * sum;
  }
  double term(std::int64_t i, std::int64_t l) const {
    return value_at(a.data(), format.activations, i / p.n * p.k + l) *
           value_at(w.data(), format.weights, i % p.n * p.k + l);
  }
  void store(std::int64_t i, double value) {
    const auto narrow = static_cast<float>(value);
    std::uint32_t raw;
    std::memcpy(&raw, &narrow, sizeof raw);
    const std::size_t at = static_cast<std::size_t>(i);
    if (format.activations == DType::i8) {
      c[at] = static_cast<std::byte>(
          static_cast<std::int8_t>(std::clamp(std::nearbyint(value), -128.0, 127.0)));
    } else if (format.activations == DType::bf16) {
      raw = (raw + 0x7fff + (raw >> 16 & 1)) >> 16;
      std::memcpy(&c[2 * at], &raw, 2);
    } else {
      std::memcpy(&c[4 * at], &raw, 4);
    }
  }
  double error() const {
    return product_error({p, a.data(), w.data(), c.data(), format, format.activations, scale}, 2);
  }
};

TEST(ProductCheck, TakesOperandsOfAnyFormatAsTheyLie) {
  for (const char* format : {"f32", "tf32-f32", "bf16-f32", "w8a8"}) {
    for (const std::int64_t k : {1, 12, 513}) {
      EXPECT_LE(Stored(format, 5, 33, k).error(), 1) << format << " k=" << k;
    }
  }
}

TEST(ProductCheck, FindsALostTermInAnyFormat) {
  for (const char* format : {"f32", "tf32-f32", "bf16-f32", "w8a8"}) {
    Stored what(format, 40, 33, 24);
    for (std::int64_t i = 0; i < 40 * 33; ++i) {
      what.store(i, what.sum(i) - what.scale * what.term(i, 23));
    }
    EXPECT_GT(what.error(), 1) << format;
  }
}

TEST(ProductCheck, FindsAShiftByOneElementInAnyFormat) {
  for (const char* format : {"f32", "tf32-f32", "bf16-f32", "w8a8"}) {
    Stored what(format, 4, 100, 64);
    for (std::int64_t i = 0; i < 400; ++i) what.store(i, what.sum((i + 1) % 400));
    EXPECT_GT(what.error(), 1) << format;
  }
}

TEST(Product, SumsOfRandomIntegersAreScaledIntoAnInt8) {
  // Products of -128 ... 127 with as many have a deviation of 65535 / 12, k of them sqrt(k) as
  // much.
  EXPECT_FLOAT_EQ(requantization(4096, *format_from("w8a8")), 20 / (64 * 65535.0f / 12));
  // -8 ... 7 has a mean square of 21.5, a scale in [-1, 1) one of 1/3.
  const float w4a8 = requantization(4096, *format_from("w4a8"));
  EXPECT_FLOAT_EQ(w4a8 * w4a8 * 4096 * 21.5f / 3 * 65535 / 12, 20 * 20);
}

}  // namespace
}  // namespace roofmark
