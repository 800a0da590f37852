#include "kernels/product.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "core/parallel.h"
#include "core/stored.h"
#include "core/values.h"

namespace roofmark {
namespace {

/// A correct kernel stays well within this many times the expected wandering of its rounding
/// errors.
constexpr double margin = 4;

/// Two vectors of +-1.
struct Signs {
  std::vector<double> s, t;

  explicit Signs(std::int64_t count) : s(count), t(count) {
    std::mt19937_64 random(static_cast<std::uint64_t>(count));
    for (std::int64_t i = 0; i < count; ++i) {
      const std::uint64_t bits = random();
      s[i] = bits & 1 ? 1 : -1;
      t[i] = bits & 2 ? 1 : -1;
    }
  }
};

/// In chains enough to cover the latency of an addition.
double sum_of_squares(const float* x, std::int64_t count) {
  constexpr int chains = 8;
  double sums[chains] = {};
  std::int64_t i = 0;
  for (; i + chains <= count; i += chains) {
    for (int c = 0; c < chains; ++c) sums[c] += static_cast<double>(x[i + c]) * x[i + c];
  }
  for (; i < count; ++i) sums[0] += static_cast<double>(x[i]) * x[i];
  return std::accumulate(std::begin(sums), std::end(sums), 0.0);
}

/// W^T s and W^T t, each [k], and the sum of the squares of W.
struct Projection {
  std::vector<double> s, t;
  double squares = 0;
};

Projection project(const Product& p, const RowOf& w, const Signs& signs, int threads) {
  std::vector<Projection> parts(threads, {std::vector<double>(p.k), std::vector<double>(p.k)});
  parallel(threads, [&](int thread) {
    const auto [begin, end] = share_of(p.n, thread, threads);
    Projection& to = parts[thread];
    std::vector<float> row(p.k);
    for (std::int64_t j = begin; j < end; ++j) {
      w(j, row.data());
      const double s = signs.s[j], t = signs.t[j];
      for (std::int64_t l = 0; l < p.k; ++l) {  // without a chain, so that it becomes vectors
        const double weight = row[l];
        to.s[l] += s * weight;
        to.t[l] += t * weight;
      }
      to.squares += sum_of_squares(row.data(), p.k);
    }
  });
  for (int thread = 1; thread < threads; ++thread) {
    for (std::int64_t l = 0; l < p.k; ++l) {
      parts[0].s[l] += parts[thread].s[l];
      parts[0].t[l] += parts[thread].t[l];
    }
    parts[0].squares += parts[thread].squares;
  }
  return std::move(parts[0]);
}

/// a, c: row i of A and of C.
double row_error(const Product& p, const float* a, const float* c, const Signs& signs,
                 const Projection& projection, const ProductArithmetic& by) {
  double off_s = 0, off_t = 0, a_squares = 0, c_squares = 0;
  for (std::int64_t j = 0; j < p.n; ++j) {
    const double element = c[j];
    off_s += signs.s[j] * element;
    off_t += signs.t[j] * element;
    c_squares += element * element;
  }
  for (std::int64_t l = 0; l < p.k; ++l) {
    const double element = by.scale * a[l];
    off_s -= element * projection.s[l];
    off_t -= element * projection.t[l];
    a_squares += element * element;
  }
  const double k = static_cast<double>(p.k), n = static_cast<double>(p.n);
  const double squares = a_squares * projection.squares;
  const double tolerance =
      margin * std::sqrt(by.sum * by.sum * 2 * (squares + k * c_squares) +
                         by.operands * by.operands * 2 * (squares / k + c_squares) +
                         by.result * by.result * c_squares + by.step * by.step * n);
  return worse(std::abs(off_s), std::abs(off_t)) /
         (tolerance + std::numeric_limits<float>::denorm_min());
}

}  // namespace

Product::Product(const Shape& shape) : m(shape.get("m", 1)), n(shape.at("n")), k(shape.at("k")) {}

Work product_work(const Shape& shape, const Format& format) {
  const Product p(shape);
  const double m = static_cast<double>(p.m), n = static_cast<double>(p.n),
               k = static_cast<double>(p.k);
  const double bias = static_cast<double>(shape.get("bias", 0));
  const Bytes weights = stored_bytes(p.n, p.k, stored_of(shape, format.weights)) +
                        Bytes{bias * n * std::max(2.0, bytes(format.weights))};
  const double activation = activation_bytes(shape, format);
  return {.ops = Ops{2 * m * n * k + bias * m * n},
          .read = weights + Bytes{m * k * activation},
          .written = Bytes{m * n * activation},
          .weights = weights};
}

float requantization(std::int64_t k, const Format& format) {
  const double activations = (65536 - 1) / 12.0;  // variance of -128 ... 127
  // E w^2 of -8 ... 7, times E s^2 of a scale in [-1, 1).
  const double weights = format.weights == DType::i4 ? 21.5 / 3 : activations;
  return static_cast<float>(requantized_deviation /
                            std::sqrt(static_cast<double>(k) * weights * activations));
}

ProductArithmetic product_arithmetic(const Format& format, DType result) {
  ProductArithmetic by;
  const DType operand = computing_format(format).weights;
  if (format.accumulate == DType::i32) {
    by.sum = 0;
  } else if (format.accumulate != DType::f32) {
    by.sum = epsilon(format.accumulate) / 2;
  } else if (operand == DType::fp8) {
    by.sum = 0x1p-13;
  } else if (operand != DType::f32) {
    by.sum = epsilon(DType::f32);
  }
  if (operand == DType::tf32) by.operands = epsilon(DType::tf32);
  if (result == DType::f16 || result == DType::bf16 || result == DType::fp8) {
    by.result = epsilon(result) / 2;
  }
  if (result == DType::fp8) {  // half of the smallest number; saturated, not infinite
    by.step = 0x1p-10;
    by.most = 448;
    by.least = -448;
  }
  if (result == DType::i8) {
    by.step = 0.5;
    by.most = 127;
    by.least = -128;
  }
  return by;
}

Expected expected_dot(const float* a, const float* b, std::int64_t k, const ProductArithmetic& by) {
  double sum = 0, a_squares = 0, b_squares = 0;
  for (std::int64_t i = 0; i < k; ++i) {
    const double x = a[i], y = b[i];
    sum += x * y;
    a_squares += x * x;
    b_squares += y * y;
  }
  const double value = by.scale * sum, root = std::sqrt(static_cast<double>(k));
  const double norms = std::abs(by.scale) * std::sqrt(a_squares * b_squares);
  const double wander =
      by.sum * (norms + root * std::abs(value)) + by.operands * (norms / root + std::abs(value));
  constexpr double slack = 1.01;  // a sum that is off is rounded to another neighbour
  const double rounding = slack * (by.result * std::abs(value) + by.step);
  return {std::clamp(value, by.least, by.most),
          margin * wander + rounding + std::numeric_limits<float>::denorm_min()};
}

double freivalds_error(const Product& p, const float* a, const RowOf& w, const float* c,
                       int threads, const ProductArithmetic& by) {
  const Signs signs(p.n);
  const Projection projection = project(p, w, signs, threads);
  std::vector<double> worst(threads, 0.0);
  parallel(threads, [&](int thread) {
    const auto [begin, end] = share_of(p.m, thread, threads);
    double error = 0;
    for (std::int64_t i = begin; i < end; ++i) {
      error = worse(error, row_error(p, a + i * p.k, c + i * p.n, signs, projection, by));
    }
    worst[thread] = error;
  });
  double error = 0;
  for (const double e : worst) error = worse(error, e);
  return error;
}

void nibble_row(const Nibbles& packed, std::int64_t row, std::int64_t k, const void* w,
                const void* scales, float* to) {
  const auto* bytes = static_cast<const unsigned char*>(w);
  double scale = 0;
  std::int64_t scale_at = -1;
  for (std::int64_t l = 0; l < k; ++l) {
    const std::int64_t at = packed.nibble(row, l), wanted = packed.scale(row, l);
    if (wanted != scale_at) scale = value_at(scales, DType::f16, scale_at = wanted);
    to[l] = static_cast<float>(((bytes[at / 2] >> (at % 2 * 4) & 15) - 8) * scale);
  }
}

std::vector<float> widened(const void* data, DType type, std::int64_t count, int threads) {
  std::vector<float> wide(static_cast<std::size_t>(count));
  parallel(threads, [&](int thread) {
    const auto [begin, end] = share_of(count, thread, threads, 16);
    widen(data, type, begin, end - begin, wide.data() + begin);
  });
  return wide;
}

double product_error(const Product& p, const float* a, const RowOf& w, const float* c, int threads,
                     const ProductArithmetic& by) {
  std::vector<float> row(p.k);
  const double sampled = largest_error(c, p.m * p.n, [&](std::int64_t i) {
    w(i % p.n, row.data());
    return expected_dot(a + i / p.n * p.k, row.data(), p.k, by);
  });
  return worse(sampled, freivalds_error(p, a, w, c, threads, by));
}

double product_error(const StoredProduct& stored, int threads) {
  const Product& p = stored.extents;
  assert(stored.result != DType::f64 && stored.result != DType::i32);
  ProductArithmetic by = product_arithmetic(stored.format, stored.result);
  by.scale = stored.scale;
  const auto a = widened(stored.a, stored.format.activations, p.m * p.k, threads);
  const RowOf w = [&](std::int64_t j, float* to) {
    widen(stored.w, stored.format.weights, j * p.k, p.k, to);
  };
  const auto c = widened(stored.c, stored.result, p.m * p.n, threads);
  return product_error(p, a.data(), w, c.data(), threads, by);
}

}  // namespace roofmark
