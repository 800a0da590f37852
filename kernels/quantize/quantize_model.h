// Dynamic quantization of activations to int8: what it must do, and whether a result is right.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/values.h"
#include "kernels/format_error.h"
#include "kernels/rows.h"
#include "kernels/verify.h"

namespace roofmark {

/// Per element a maximum, a multiplication and a rounding; x read at the format's width, one byte
/// written and four per row.
inline Work quantize_work(const Shape& shape, const Format& format) {
  Work work = elementwise_work(elements(shape), format, 3, 1, 0);
  work.written = Bytes{static_cast<double>(elements(shape) + 4 * shape.at("rows"))};
  return work;
}

/// Kernel::format_error: of whole numbers times their row's scale.
inline double quantize_format_error(const Shape& shape, const Format& format) {
  const SampledRows rows(shape.at("cols"));
  const std::vector<double> x = NormalNumbers()(rows.count());
  std::vector<double> kept = rounded(x, format.activations);
  RelativeError error;
  for (std::int64_t i = 0; i < rows.count(); ++i) {
    if (i % rows.cols == 0) quantize(kept.data() + i, rows.cols, 127, DType::f32);
    error.add(kept[i], x[i]);
  }
  return error.value();
}

/// How far a row is from what it should be, in units of the tolerance.
inline double quantized_row_error(const void* x, DType type, std::int64_t cols,
                                  const signed char* q, float scale) {
  double largest = 0;
  for (std::int64_t c = 0; c < cols; ++c) {
    largest = std::max(largest, std::abs(value_at(x, type, c)));
  }
  const double expected_scale = largest / 127;
  double error = std::abs(scale - expected_scale) / (0x1p-22 * expected_scale + 0x1p-149);
  for (std::int64_t c = 0; c < cols; ++c) {
    const double exact = largest > 0 ? value_at(x, type, c) / expected_scale : 0;
    error = worse(error, (std::abs(q[c] - exact) - 0.5) / 0x1p-14);
  }
  return error;
}

}  // namespace roofmark
