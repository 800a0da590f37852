#include "kernels/format_error.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "core/values.h"

namespace roofmark {
namespace {

/// Sums of 12 uniform numbers: near enough to normal, and the same with every standard library.
class Normal {
 public:
  double operator()() {
    double sum = -6;
    for (int i = 0; i < 6; ++i) {
      const std::uint64_t both = random_();
      sum += (static_cast<double>(both >> 32) + static_cast<double>(both & 0xffffffff)) * 0x1p-32;
    }
    return sum;
  }

 private:
  std::mt19937_64 random_{1};
};

double rounded(double x, DType type) {
  if (type == DType::f64) return x;
  if (type == DType::tf32) {  // 10 bits of fraction
    int exponent = 0;
    const double fraction = std::frexp(x, &exponent);
    return std::ldexp(std::nearbyint(std::ldexp(fraction, 11)), exponent - 11);
  }
  const std::uint64_t bits = encoded(x, type);
  return value_at(&bits, type, 0);
}

/// Rounds values[begin, end) to integers of `most` at most, times one scale.
void quantize(std::vector<double>& values, std::size_t begin, std::size_t end, double most,
              bool narrow_scale) {
  double largest = 0;
  for (std::size_t i = begin; i < end; ++i) largest = std::max(largest, std::abs(values[i]));
  double scale = largest / most;
  if (narrow_scale) scale = rounded(scale, DType::f16);
  if (scale == 0) return;
  for (std::size_t i = begin; i < end; ++i) {
    values[i] = scale * std::clamp(std::nearbyint(values[i] / scale), -most, most);
  }
}

void round_to(DType type, std::vector<double>& values, std::size_t group) {
  if (type == DType::i8) {
    quantize(values, 0, values.size(), 127, false);
  } else if (type == DType::i4) {
    for (std::size_t begin = 0; begin < values.size(); begin += group) {
      quantize(values, begin, std::min(values.size(), begin + group), 7, true);
    }
  } else if (type == DType::fp8) {
    return;  // which encoded() does not know
  } else {
    for (double& value : values) value = rounded(value, type);
  }
}

}  // namespace

double product_format_error(const Shape& shape, const Format& format) {
  constexpr int outputs = 8;  // of up to 4096 terms each, errors of which are independent
  const auto k = static_cast<std::size_t>(std::clamp<std::int64_t>(shape.at("k"), 1, 4096));
  const auto grouped = static_cast<std::size_t>(shape.get("group", 0));
  const std::size_t group = grouped == 0 ? k : grouped;
  Normal normal;
  double errors = 0, squares = 0, rounding = 0;
  std::vector<double> x(k), w(k);
  for (int j = 0; j < outputs; ++j) {
    for (double& value : x) value = normal();
    for (double& value : w) value = normal();
    std::vector<double> narrow_x = x, narrow_w = w;
    round_to(format.activations, narrow_x, k);
    round_to(format.weights, narrow_w, group);
    for (std::size_t i = 0; i < k; ++i) {
      const double exact = w[i] * x[i], off = narrow_w[i] * narrow_x[i] - exact;
      errors += off * off;
      squares += exact * exact;
      // A result is as normal as an operand: its sum of many terms is.
      if (format.activations == DType::i8) continue;
      const double lost = rounded(exact, format.activations) - exact;
      rounding += lost * lost;
    }
  }
  return std::sqrt((errors + rounding) / squares);
}

}  // namespace roofmark
