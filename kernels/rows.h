// Work of operators that go over [rows, cols] element by element.
#pragma once

#include <cstdint>

#include "core/format.h"
#include "core/shape.h"
#include "core/work.h"

namespace roofmark {

inline std::int64_t elements(const Shape& shape) { return shape.at("rows") * shape.at("cols"); }

/// `ops`, `reads` and `writes` are per element; every element is an activation.
inline Work elementwise_work(std::int64_t elements, const Format& format, double ops, double reads,
                             double writes) {
  const double n = static_cast<double>(elements);
  const double width = bytes(format.activations);
  return {
      .ops = Ops{ops * n}, .read = Bytes{reads * n * width}, .written = Bytes{writes * n * width}};
}

}  // namespace roofmark
