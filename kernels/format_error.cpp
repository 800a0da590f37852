#include "kernels/format_error.h"

#include <cmath>
#include <numbers>

#include "core/values.h"
#include "kernels/product.h"

namespace roofmark {
namespace {

constexpr double most_of_byte = 127, most_of_nibble = 7;

/// One of the outputs' rows of weights, as the format keeps it.
std::vector<double> kept_weights(std::vector<double> w, DType type, std::int64_t group) {
  const auto k = static_cast<std::int64_t>(w.size());
  if (type == DType::i8) {
    quantize(w.data(), k, most_of_byte, DType::f16);
  } else if (type == DType::i4) {
    for (std::int64_t begin = 0; begin < k; begin += group) {
      quantize(w.data() + begin, std::min(group, k - begin), most_of_nibble, DType::f16);
    }
  }
  return rounded(std::move(w), type);
}

std::vector<double> kept_activations(std::vector<double> x, DType type, std::int64_t of_a_scale) {
  if (type != DType::i8) return rounded(std::move(x), type);
  const auto count = static_cast<std::int64_t>(x.size());
  for (std::int64_t begin = 0; begin < count; begin += of_a_scale) {
    quantize(x.data() + begin, std::min(of_a_scale, count - begin), most_of_byte, DType::f32);
  }
  return x;
}

/// y, of standard deviation 1, as it is stored.
double kept_result(double y, DType activations) {
  if (activations == DType::i8) {
    const double steps = std::nearbyint(requantized_deviation * y);
    return std::clamp(steps, -most_of_byte, most_of_byte) / requantized_deviation;
  }
  return rounded(y, activations == DType::tf32 ? DType::f32 : activations);
}

}  // namespace

std::vector<double> NormalNumbers::operator()(std::int64_t count) {
  std::vector<double> values(static_cast<std::size_t>(count));
  // Two of Box and Muller's (1958) at a time: the largest of many are what scales are made of.
  for (std::size_t i = 0; i < values.size(); i += 2) {
    const double radius =
        std::sqrt(-2 * std::log((static_cast<double>(random_() >> 11) + 1) * 0x1p-53));
    const double angle = 2 * std::numbers::pi * static_cast<double>(random_() >> 11) * 0x1p-53;
    values[i] = radius * std::cos(angle);
    if (i + 1 < values.size()) values[i + 1] = radius * std::sin(angle);
  }
  return values;
}

double RelativeError::value() const { return squares_ > 0 ? std::sqrt(errors_ / squares_) : 0; }

double rounded(double x, DType type) {
  switch (type) {
    case DType::f32:
      return static_cast<float>(x);
    case DType::tf32: {  // 10 bits of fraction
      int exponent = 0;
      const double fraction = std::frexp(x, &exponent);
      return std::ldexp(std::nearbyint(std::ldexp(fraction, 11)), exponent - 11);
    }
    case DType::f16:
    case DType::bf16:
    case DType::fp8: {
      const std::uint64_t bits = encoded(x, type);
      return value_at(&bits, type, 0);
    }
    default:
      return x;
  }
}

std::vector<double> rounded(std::vector<double> values, DType type) {
  for (double& value : values) value = rounded(value, type);
  return values;
}

void quantize(double* values, std::int64_t count, double most, DType scale_type) {
  double largest = 0;
  for (std::int64_t i = 0; i < count; ++i) largest = std::max(largest, std::abs(values[i]));
  const double scale = rounded(largest / most, scale_type);
  if (scale == 0) return;
  for (std::int64_t i = 0; i < count; ++i) {
    values[i] = scale * std::clamp(std::nearbyint(values[i] / scale), -most, most);
  }
}

double product_format_error(const Shape& shape, const Format& format) {
  constexpr std::int64_t tokens = 24, most_outputs = 24;  // their sums are independent
  const std::int64_t k = std::max<std::int64_t>(1, shape.at("k"));
  const std::int64_t outputs = std::clamp<std::int64_t>(most_outputs * 4096 / k, 4, most_outputs);
  const std::int64_t grouped = shape.get("group", 0), group = grouped == 0 ? k : grouped;
  const std::int64_t of_a_scale = k * std::clamp<std::int64_t>(shape.get("m", 1), 1, tokens);
  const double deviation = std::sqrt(static_cast<double>(k));
  NormalNumbers normal;
  const std::vector<double> x = normal(tokens * k);
  const std::vector<double> kept_x = kept_activations(x, format.activations, of_a_scale);
  const SumDepth depth =
      shape.get("m", 1) > 1 ? depth_of_products(format.weights) : SumDepth::sixteen;
  double errors = 0;
  for (std::int64_t j = 0; j < outputs; ++j) {
    const std::vector<double> w = normal(k), kept_w = kept_weights(w, format.weights, group);
    for (std::int64_t t = 0; t < tokens; ++t) {
      const auto product = [&](const std::vector<double>& a, const std::vector<double>& b,
                               DType accumulate) {
        const double* token = a.data() + t * k;
        return sum_of(k, depth, accumulate, [&](std::int64_t i) { return token[i] * b[i]; }) /
               deviation;
      };
      const double result =
          kept_result(product(kept_x, kept_w, format.accumulate), format.activations);
      const double off = result - product(x, w, DType::f64);
      errors += off * off;
    }
  }
  return std::sqrt(errors /
                   static_cast<double>(tokens * outputs));  // relative to y, whose mean square is 1
}

}  // namespace roofmark
