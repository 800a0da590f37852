// What an activation must compute and move, what bounds it, and whether a result is right.
#pragma once

#include <cmath>
#include <optional>

#include "core/kernel.h"
#include "kernels/format_error.h"
#include "kernels/rows.h"
#include "kernels/verify.h"

namespace roofmark {

/// Each function: operations; its value in float64, and in R; by how many u = 2^-24 of that a
/// result in f32 may be off, and by how much besides.  silu and gelu are x times the logistic
/// function of t: rounding errors of t are errors of e^-t, of which the result feels 1 / (1 + e^t).
inline double logistic_units(double t, double roundings) {
  return 12 + roundings * std::abs(t) / (1 + std::exp(t));
}
/// An exponential beyond 2^126 has no reciprocal, and one below 2^-126 is 0: 88 of those.
inline constexpr double logistic_flush = 1.1e-36;

/// x / (1 + e^-x): negate, exponential, add and divide.  12 u for the exponential, the reciprocal
/// and the products, 2 u |x| for the argument of the exponential.
struct Silu {
  static constexpr double ops = 4, flush = logistic_flush;
  static constexpr bool has_exponential = true;
  static double argument(double x) { return x; }
  template <class R>
  static R in(R x) {
    return x / (1 + std::exp(-x));
  }
  static double of(double x) { return in(x); }
  static double units(double x) { return logistic_units(x, 2); }
};

/// x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) = x / (1 + e^-t) with t twice what tanh takes
/// (Hendrycks & Gimpel 2016, arXiv:1606.08415, sect. 2), which GPT-2 and Gemma are trained with and
/// configurations call gelu_new and gelu_pytorch_tanh.  The exact x/2 (1 + erf(x / sqrt 2)) is
/// within 5e-4 of it and counted alike.  Operations: cube and sum inside, tanh, 1 +, x/2 and the
/// product: 6.  Beyond Silu's, t itself is off by 4 u.
struct Gelu {
  static constexpr double ops = 6, flush = logistic_flush;
  static constexpr bool has_exponential = true;
  template <class R>
  static R argument_in(R x) {
    constexpr R twice = static_cast<R>(1.5957691216057308), cubic = static_cast<R>(0.044715);
    return twice * (x + cubic * x * x * x);  // 2 sqrt(2 / pi)
  }
  static double argument(double x) { return argument_in(x); }
  template <class R>
  static R in(R x) {
    return x / (1 + std::exp(-argument_in(x)));
  }
  static double of(double x) { return in(x); }
  static double units(double x) { return logistic_units(argument(x), 6); }
};

/// max(x, 0), exactly; gated, one rounding of the product.
struct Relu {
  static constexpr double ops = 1, flush = 0;
  static constexpr bool has_exponential = false;
  static double argument(double) { return 0; }
  template <class R>
  static R in(R x) {
    return x < 0 ? 0 : x;
  }
  static double of(double x) { return in(x); }
  static double units(double) { return 1; }
};

template <class F>
Work activation_work(const Shape& shape, const Format& format, double ops, double reads) {
  Work work = elementwise_work(elements(shape), format, ops, reads, 1);
  if (F::has_exponential) work.exponentials = Ops{static_cast<double>(elements(shape))};
  return work;
}
/// Of act(g) * up: one operation more.  Gate and up read, y written.
template <class F>
Work gated_work(const Shape& shape, const Format& format) {
  return activation_work<F>(shape, format, F::ops + 1, 2);
}
/// Of act(x) alone: x read, y written.
template <class F>
Work plain_work(const Shape& shape, const Format& format) {
  return activation_work<F>(shape, format, F::ops, 1);
}

/// Kernel::format_error, of act(g) * up or of act(x) alone.
template <class F, bool GATED>
double activation_format_error(const Shape&, const Format& format) {
  return format_error_of({sampled_elements, sampled_elements}, format,
                         []<class R>(const Drawn<R>& x, DType) {
                           std::vector<R> y = x[0];
                           for (std::size_t i = 0; i < y.size(); ++i)
                             y[i] = F::in(y[i]) * (GATED ? x[1][i] : 1);
                           return y;
                         });
}

inline std::optional<Companion> gated_companion(const Shape&, int) {
  return Companion{"triad", {.level = "dram", .stores = "ordinary"}};
}
inline std::optional<Companion> plain_companion(const Shape&, int) {
  return Companion{"copy", {.level = "dram", .stores = "ordinary"}};
}

/// The exponential in an activation of 16 bits: that of f32, as on GPUs, or the short one of
/// core/exp.isa.h, as on CPUs, whose error is a 170th of the rounding to bf16.
enum class NarrowExponential { full, is_short };

/// What F(g) u must be: F's tolerance, one rounding to the type, and what a short exponential adds.
template <class F, NarrowExponential narrow = NarrowExponential::is_short>
Expected expected_activation(double g, double u, DType type) {
  const double exact = F::of(g) * u;
  const bool is_short = F::has_exponential && narrow == NarrowExponential::is_short &&
                        (type == DType::bf16 || type == DType::f16);
  const double units = F::units(g) + (is_short ? 49 + 2 * std::abs(F::argument(g)) : 0);
  return {exact, f32_rounding * units * std::abs(exact) + F::flush * std::abs(u) +
                     rounding_to(type, exact)};
}

template <class F, NarrowExponential narrow = NarrowExponential::is_short>
double gated_error(const void* gate, const void* up, const void* y, DType type,
                   std::int64_t count) {
  return largest_error(y, type, count, [&](std::int64_t i) {
    return expected_activation<F, narrow>(value_at(gate, type, i), value_at(up, type, i), type);
  });
}
template <class F, NarrowExponential narrow = NarrowExponential::is_short>
double plain_error(const void* x, const void* y, DType type, std::int64_t count) {
  return largest_error(y, type, count, [&](std::int64_t i) {
    return expected_activation<F, narrow>(value_at(x, type, i), 1, type);
  });
}

}  // namespace roofmark
