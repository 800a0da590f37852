#include "kernels/product.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "core/parallel.h"

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

/// W^T s and W^T t, each [k], and the sum of the squares of W.
struct Projection {
  std::vector<double> s, t;
  double squares = 0;
};

Projection project(const Product& p, const float* w, const Signs& signs, int threads) {
  Projection to{std::vector<double>(p.k), std::vector<double>(p.k)};
  std::vector<double> squares(threads);
  parallel(threads, [&](int thread) {
    const auto [begin, end] = share_of(p.k, thread, threads, 16);
    double sum = 0;
    for (std::int64_t j = 0; j < p.n; ++j) {
      for (std::int64_t l = begin; l < end; ++l) {
        const double weight = w[j * p.k + l];
        to.s[l] += signs.s[j] * weight;
        to.t[l] += signs.t[j] * weight;
        sum += weight * weight;
      }
    }
    squares[thread] = sum;
  });
  for (const double sum : squares) to.squares += sum;
  return to;
}

/// a, c: row i of A and of C.
double row_error(const Product& p, const float* a, const float* c, const Signs& signs,
                 const Projection& projection) {
  double off_s = 0, off_t = 0, a_squares = 0, c_squares = 0;
  for (std::int64_t j = 0; j < p.n; ++j) {
    const double element = c[j];
    off_s += signs.s[j] * element;
    off_t += signs.t[j] * element;
    c_squares += element * element;
  }
  for (std::int64_t l = 0; l < p.k; ++l) {
    const double element = a[l];
    off_s -= element * projection.s[l];
    off_t -= element * projection.t[l];
    a_squares += element * element;
  }
  const double squares = a_squares * projection.squares + static_cast<double>(p.k) * c_squares;
  const double tolerance = margin * f32_rounding * std::sqrt(2 * squares);
  return worse(std::abs(off_s), std::abs(off_t)) /
         (tolerance + std::numeric_limits<float>::denorm_min());
}

}  // namespace

Product::Product(const Shape& shape) : m(shape.get("m", 1)), n(shape.at("n")), k(shape.at("k")) {}

Work product_work(const Shape& shape, const Format& format) {
  const Product p(shape);
  const double m = static_cast<double>(p.m), n = static_cast<double>(p.n),
               k = static_cast<double>(p.k);
  const Bytes weights{n * k * bytes(format.weights)};
  return {.ops = Ops{2 * m * n * k},
          .read = weights + Bytes{m * k * bytes(format.activations)},
          .written = Bytes{m * n * bytes(format.activations)},
          .weights = weights};
}

Expected expected_dot(const float* a, const float* b, std::int64_t k) {
  double sum = 0, a_squares = 0, b_squares = 0;
  for (std::int64_t i = 0; i < k; ++i) {
    const double x = a[i], y = b[i];
    sum += x * y;
    a_squares += x * x;
    b_squares += y * y;
  }
  const double wander =
      std::sqrt(a_squares * b_squares) + std::sqrt(static_cast<double>(k)) * std::abs(sum);
  return {sum, margin * f32_rounding * wander + std::numeric_limits<float>::denorm_min()};
}

double freivalds_error(const Product& p, const float* a, const float* w, const float* c,
                       int threads) {
  const Signs signs(p.n);
  const Projection projection = project(p, w, signs, threads);
  std::vector<double> worst(threads, 0.0);
  parallel(threads, [&](int thread) {
    const auto [begin, end] = share_of(p.m, thread, threads);
    double error = 0;
    for (std::int64_t i = begin; i < end; ++i) {
      error = worse(error, row_error(p, a + i * p.k, c + i * p.n, signs, projection));
    }
    worst[thread] = error;
  });
  double error = 0;
  for (const double e : worst) error = worse(error, e);
  return error;
}

}  // namespace roofmark
