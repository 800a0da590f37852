// Dynamic quantization of activations to int8: what it must do, and whether a result is right.
#pragma once

#include <algorithm>
#include <cmath>

#include "core/values.h"
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
