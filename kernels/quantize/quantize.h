// Dynamic quantization of activations to int8: what it must do.
#pragma once

#include "kernels/rows.h"

namespace roofmark {

/// Per element a maximum, a multiplication and a rounding; x read at the format's width, one byte
/// written and four per row.
inline Work quantize_work(const Shape& shape, const Format& format) {
  Work work = elementwise_work(elements(shape), format, 3, 1, 0);
  work.written = Bytes{static_cast<double>(elements(shape) + 4 * shape.at("rows"))};
  return work;
}

}  // namespace roofmark
