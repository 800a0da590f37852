// What a residual add must compute and move, what bounds it, and whether a result is right.
#pragma once

#include <optional>

#include "core/kernel.h"
#include "kernels/format_error.h"
#include "kernels/rows.h"
#include "kernels/verify.h"

namespace roofmark {

/// One add per element; two operands read and one written.
inline Work add_work(const Shape& shape, const Format& format) {
  return elementwise_work(elements(shape), format, 1, 2, 1);
}

inline std::optional<Companion> add_companion(const Shape&, int) {
  return Companion{"triad", {.level = "dram", .stores = "ordinary"}};
}

/// Kernel::format_error.
inline double add_format_error(const Shape&, const Format& format) {
  return format_error_of({sampled_elements, sampled_elements}, format,
                         []<class R>(const Drawn<R>& x, DType) {
                           std::vector<R> y = x[0];
                           for (std::size_t i = 0; i < y.size(); ++i) y[i] += x[1][i];
                           return y;
                         });
}

/// Tolerance: one rounding to the type; that to f32 before it, of 16-bit elements, is a thousandth.
inline double add_error(const void* x, const void* r, const void* y, DType type,
                        std::int64_t count) {
  return largest_error(y, type, count, [&](std::int64_t i) {
    const double exact = value_at(x, type, i) + value_at(r, type, i);
    return Expected{exact, 1.001 * rounding_to(type, exact)};
  });
}

}  // namespace roofmark
