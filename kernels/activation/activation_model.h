// What a gated activation must compute and move, what bounds it, and whether a result is right.
#pragma once

#include <optional>

#include "core/kernel.h"
#include "kernels/rows.h"
#include "kernels/verify.h"

namespace roofmark {

/// Operations of the function itself: of silu(g) = g / (1 + e^-g) negate, exponential, add and
/// divide; of gelu as many as its tanh form needs with the exponential as one (a cube and a sum
/// inside, tanh, 1 +, x / 2): 6; of relu a maximum, and no exponential.
inline constexpr double silu_ops = 4, gelu_ops = 6, relu_ops = 1;

inline Work with_exponentials(Work work, const Shape& shape, double function_ops) {
  if (function_ops != relu_ops) work.exponentials = Ops{static_cast<double>(elements(shape))};
  return work;
}

/// Of act(g) * up: one more.  Gate and up read, y written.
template <const double& function_ops>
Work gated_work(const Shape& shape, const Format& format) {
  return with_exponentials(elementwise_work(elements(shape), format, function_ops + 1, 2, 1), shape,
                           function_ops);
}
/// Of act(x) alone: x read, y written.
template <const double& function_ops>
Work plain_work(const Shape& shape, const Format& format) {
  return with_exponentials(elementwise_work(elements(shape), format, function_ops, 1, 1), shape,
                           function_ops);
}

inline std::optional<Companion> activation_companion(const Shape&, int) {
  return Companion{"triad", {.level = "dram", .stores = "ordinary"}};
}

/// Tolerance, with u = 2^-24: 2 u |gate| for rounding the argument of the exponential, 12 u for the
/// exponential, the reciprocal and the products; 1.1e-36 |up|, for an exponential beyond 2^126 has
/// no reciprocal; and one rounding to the type.
inline double activation_error(const void* gate, const void* up, const void* y, DType type,
                               std::int64_t count) {
  return largest_error(y, type, count, [&](std::int64_t i) {
    const double g = value_at(gate, type, i), u = value_at(up, type, i);
    const double exact = g / (1 + std::exp(-g)) * u;
    const double units = 12 + 2 * std::abs(g);
    return Expected{exact, f32_rounding * units * std::abs(exact) + 1.1e-36 * std::abs(u) +
                               rounding_to(type, exact)};
  });
}

}  // namespace roofmark
