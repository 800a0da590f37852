// What a rotary position embedding must compute and move, what bounds it, and whether a result is
// right.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/kernel.h"
#include "kernels/format_error.h"
#include "kernels/rows.h"
#include "kernels/verify.h"

namespace roofmark {

/// Each pair of elements is turned in its plane: 4 multiplications and 2 additions for two
/// elements, so 3 ops per element; read and written once.  `heads` counts query and key heads
/// together.  The sines and cosines of a position are shared by every head and layer and are not
/// counted. Source: Su et al. 2021, arXiv:2104.09864, eq. 34.
inline Work rope_work(const Shape& shape, const Format& format) {
  const std::int64_t count = shape.at("tokens") * shape.at("heads") * shape.at("head_dim");
  return elementwise_work(count, format, 3, 1, 1);
}

inline std::optional<Companion> rope_companion(const Shape&, int) {
  return Companion{"copy", {.level = "dram", .stores = "ordinary"}};
}

/// [tokens, head_dim / 2] each.
template <class R>
struct RopeAnglesOf {
  std::vector<R> cosines, sines;
};
using RopeAngles = RopeAnglesOf<float>;

/// Those of positions 0, 1, ..., with Llama 3's base.
template <class R = float>
RopeAnglesOf<R> rope_angles(std::int64_t tokens, std::int64_t head_dim) {
  constexpr double theta = 500000;
  const std::int64_t half = head_dim / 2;
  RopeAnglesOf<R> angles;
  for (std::int64_t i = 0; i < tokens * half; ++i) {
    const double turns = -2 * static_cast<double>(i % half) / static_cast<double>(head_dim);
    const std::int64_t token = i / half;
    const double angle = static_cast<double>(token) * std::pow(theta, turns);
    angles.cosines.push_back(static_cast<R>(std::cos(angle)));
    angles.sines.push_back(static_cast<R>(std::sin(angle)));
  }
  return angles;
}

/// Kernel::format_error: of one head at positions 0, 1, ...
inline double rope_format_error(const Shape& shape, const Format& format) {
  const std::int64_t half = shape.at("head_dim") / 2;
  const std::int64_t tokens = SampledRows(2 * half).rows;
  return format_error_of({tokens * 2 * half}, format, [&]<class R>(const Drawn<R>& x, DType) {
    const auto [cosines, sines] = rope_angles<R>(tokens, 2 * half);
    std::vector<R> y = x[0];
    for (std::int64_t i = 0; i < tokens * half; ++i) {
      const std::int64_t low = i / half * 2 * half + i % half, high = low + half;
      y[low] = x[0][low] * cosines[i] - x[0][high] * sines[i];
      y[high] = x[0][high] * cosines[i] + x[0][low] * sines[i];
    }
    return y;
  });
}

/// x, y: [tokens, heads, head_dim] of that type; cosines, sines: [tokens, head_dim / 2].  Element i
/// of a head is paired with i + head_dim / 2.
/// Tolerance, with u = 2^-24: 2 u (|x cos| + |x sin|), and one rounding to the type.
inline double rope_error(const void* x, const float* cosines, const float* sines, const void* y,
                         DType type, std::int64_t tokens, std::int64_t heads,
                         std::int64_t head_dim) {
  const std::int64_t half = head_dim / 2;
  return largest_error(y, type, tokens * heads * head_dim, [&](std::int64_t i) {
    const std::int64_t token = i / (heads * head_dim), column = i % head_dim, turn = column % half;
    const bool low = column < half;
    const double own = value_at(x, type, i) * cosines[token * half + turn];
    const double other = value_at(x, type, low ? i + half : i - half) * sines[token * half + turn];
    const double exact = low ? own - other : own + other;
    return Expected{
        exact, 2 * f32_rounding * (std::abs(own) + std::abs(other)) + rounding_to(type, exact)};
  });
}

}  // namespace roofmark
