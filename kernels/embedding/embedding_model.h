// What a token embedding must compute and move, and what bounds it.
#pragma once

#include <optional>

#include "core/kernel.h"
#include "kernels/format_error.h"

namespace roofmark {

/// No arithmetic; one row of the table read per token, never the whole table, and one row written.
inline Work embedding_work(const Shape& shape, const Format& format) {
  const double gathered = static_cast<double>(shape.at("tokens") * shape.at("cols"));
  const Bytes table{gathered * bytes(format.weights)};
  return {.ops = Ops{0},
          .read = table,
          .written = Bytes{gathered * bytes(format.activations)},
          .weights = table};
}

/// Kernel::format_error: a gather adds nothing to that of the table.
inline double embedding_format_error(const Shape&, const Format& format) {
  return format_error_of({sampled_elements}, format,
                         []<class R>(const Drawn<R>& table, DType) { return table[0]; });
}

inline std::optional<Companion> embedding_companion(const Shape&, int) {
  return Companion{"copy", {.level = "dram", .stores = "ordinary"}};
}

}  // namespace roofmark
