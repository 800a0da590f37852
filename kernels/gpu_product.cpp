#include "kernels/gpu_product.h"

#include <cassert>
#include <cmath>
#include <random>

#include "core/values.h"

namespace roofmark {
namespace {

std::int64_t aligned(std::int64_t size_bytes) { return (size_bytes + 255) / 256 * 256; }

std::int64_t bytes_of(std::int64_t elements, DType type) { return (elements * bits(type) + 7) / 8; }

ProductType type_of(const Format& format) {
  if (format.weights == DType::i4) {
    return format.activations == DType::i8 ? ProductType::w4a8 : ProductType::w4a16;
  }
  switch (format.weights) {
    case DType::bf16:
      return ProductType::bf16;
    case DType::f16:
      return ProductType::f16;
    case DType::i8:
      return ProductType::w8a8;
    default:
      assert(format.weights == DType::f32);
      return ProductType::f32;
  }
}

/// Random values of x: beside the weights where they are of one kind, else beside the scales.
bool x_is_with_scales(const Format& format) {
  return format.weights == DType::i4 && format.activations != DType::i8;
}

std::vector<float> numbers(const std::vector<std::byte>& bytes, DType type, std::int64_t count) {
  std::vector<float> values(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    values[i] = static_cast<float>(value_at(bytes.data(), type, i));
  }
  return values;
}

/// Sums of 4-bit weights times int8 are f32 too, as groups have scales; int8 results are clamped
/// evenly, so that -128 is none.
ProductArithmetic arithmetic_of(const Format& format, double requantization) {
  ProductArithmetic by = product_arithmetic(format, format.activations);
  by.scale = requantization;
  if (format.weights == DType::i4) by.sum = epsilon(DType::f32);
  if (format.activations == DType::i8) by.least = -127;
  return by;
}

/// Rows of W that are compared: all, or the first and last 32, where tails are, and random ones.
std::vector<std::int64_t> sampled_rows(std::int64_t n) {
  constexpr std::int64_t edge = 32, random_rows = 192;
  std::vector<std::int64_t> rows;
  const bool all = n <= 2 * edge + random_rows;
  for (std::int64_t i = 0; i < (all ? n : edge); ++i) rows.push_back(i);
  if (all) return rows;
  for (std::int64_t i = n - edge; i < n; ++i) rows.push_back(i);
  std::mt19937_64 random(static_cast<std::uint64_t>(n));
  for (std::int64_t i = 0; i < random_rows; ++i) {
    rows.push_back(static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n)));
  }
  return rows;
}

}  // namespace

GpuProduct::GpuProduct(const Shape& shape, const Format& format, Device& device,
                       ProductLauncher launcher)
    : device_(device),
      launcher_(launcher),
      product_(shape),
      format_(format),
      packed_(product_.n, product_.k, shape.get("group", PackedWeights::columns),
              format.activations),
      weight_bytes_(aligned(format.weights == DType::i4
                                ? packed_.weight_bytes()
                                : bytes_of(product_.n * product_.k, format.weights))),
      scale_bytes_(format.weights == DType::i4   ? aligned(packed_.scale_bytes())
                   : format.weights == DType::i8 ? aligned(bytes_of(product_.n, DType::f16))
                                                 : 0),
      x_bytes_(aligned(bytes_of(product_.m * product_.k, format.activations))),
      y_bytes_(bytes_of(product_.m * product_.n, format.activations)),
      weights_(device, GpuSlices::Use::operands,
               weight_bytes_ + (x_is_with_scales(format) ? 0 : x_bytes_), format.weights),
      results_(device, GpuSlices::Use::results, y_bytes_) {
  if (scale_bytes_ > 0) {
    scales_.emplace(device, GpuSlices::Use::operands,
                    scale_bytes_ + (x_is_with_scales(format) ? x_bytes_ : 0), DType::f16);
  }
  const auto& gpus = device.machine().gpus;
  given_.type = type_of(format);
  given_.m = static_cast<int>(product_.m);
  given_.n = product_.n;
  given_.k = product_.k;
  given_.group = format.weights == DType::i4 ? static_cast<int>(shape.at("group")) : 0;
  given_.requantization =
      format.activations == DType::i8 ? requantization(product_.k, format) : 1.0f;
  arithmetic_ = arithmetic_of(format, given_.requantization);
  given_.sms = gpus.empty() || gpus.front().sms < 1 ? 16 : gpus.front().sms;
}

ProductArguments GpuProduct::next() {
  ProductArguments arguments = given_;
  const std::byte* weights = weights_.next();
  const std::byte* scales = scales_ ? scales_->next() : nullptr;
  arguments.weights = weights;
  arguments.scales = scales;
  arguments.x = x_is_with_scales(format_) ? scales + scale_bytes_ : weights + weight_bytes_;
  arguments.y = results_.next();
  return arguments;
}

std::vector<float> GpuProduct::weights_of(const ProductArguments& arguments, std::int64_t row) {
  const std::int64_t k = product_.k;
  const auto* weights = static_cast<const std::byte*>(arguments.weights);
  if (format_.weights != DType::i4) {
    const std::int64_t size = bytes_of(k, format_.weights);
    auto values = numbers(fetched(device_, weights + row * size, size), format_.weights, k);
    if (!scales_) return values;
    const auto scale =
        fetched(device_, static_cast<const std::byte*>(arguments.scales) + 2 * row, 2);
    const double factor = value_at(scale.data(), DType::f16, 0);
    for (float& value : values) value = static_cast<float>(factor * value);
    return values;
  }
  // The row's tile, and where it begins.
  const std::int64_t first = row / PackedWeights::rows * PackedWeights::rows;
  const std::int64_t nibble = packed_.nibble(first, 0), scale = packed_.scale(first, 0);
  const PackedWeights tile(PackedWeights::rows, k, given_.group, format_.activations);
  const auto nibbles = fetched(device_, weights + nibble / 2, tile.weight_bytes());
  const auto scales = fetched(device_, static_cast<const std::byte*>(arguments.scales) + 2 * scale,
                              tile.scale_bytes());
  std::vector<float> values(static_cast<std::size_t>(k));
  for (std::int64_t i = 0; i < k; ++i) {
    const double value = value_at(nibbles.data(), DType::i4, tile.nibble(row - first, i)) *
                         value_at(scales.data(), DType::f16, tile.scale(row - first, i));
    values[i] = static_cast<float>(value);
  }
  return values;
}

double GpuProduct::error() {
  const ProductArguments arguments = next();
  auto* y = static_cast<std::byte*>(arguments.y);
  // NaN; of int8 -128, which no result is.
  const bool is_integer = format_.activations == DType::i8;
  device_.fill_bytes({nullptr, y, y_bytes_}, is_integer ? 0x80 : 0xff);
  launcher_(arguments, device_.queue().stream);
  device_.synchronize();

  const std::int64_t m = product_.m, n = product_.n, k = product_.k;
  const auto results = fetched(device_, y, y_bytes_);
  const auto x = numbers(fetched(device_, static_cast<const std::byte*>(arguments.x),
                                 bytes_of(m * k, format_.activations)),
                         format_.activations, m * k);
  double error = 0;
  for (std::int64_t i = 0; i < m * n; ++i) {
    const double value = value_at(results.data(), format_.activations, i);
    if (!std::isfinite(value) || (is_integer && value == -128)) return worse(error, std::nan(""));
  }
  for (const std::int64_t row : sampled_rows(n)) {
    const std::vector<float> weights = weights_of(arguments, row);
    for (std::int64_t token = 0; token < m; ++token) {
      const Expected expected = expected_dot(x.data() + token * k, weights.data(), k, arithmetic_);
      const double value = value_at(results.data(), format_.activations, token * n + row);
      error = worse(error, std::abs(value - expected.value) / expected.tolerance);
    }
  }
  return error;
}

std::string group_refusal(const Shape& shape) {
  const std::int64_t group = shape.get("group", 0);
  if (group == 32 || group == PackedWeights::columns) return {};
  return "its 4-bit weights share scales in groups of 32 or 128";
}

}  // namespace roofmark
