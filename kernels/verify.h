// Checks a kernel's output at its real shape: poisoned beforehand, scanned whole, sampled in
// float64.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

namespace roofmark {

/// What an element must be, and how far off it may be.
struct Expected {
  double value = 0, tolerance = 0;
};

/// Fills outputs with NaN, so that an element nobody writes is found.
inline void poison(float* y, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) y[i] = std::numeric_limits<float>::quiet_NaN();
}

/// Largest |y - expected| / tolerance over 1024 random elements (all of them where there are
/// fewer); infinity where any element at all is not finite.
template <class ExpectedAt>
double largest_error(const float* y, std::int64_t count, ExpectedAt expected_at) {
  for (std::int64_t i = 0; i < count; ++i) {
    if (!std::isfinite(y[i])) return std::numeric_limits<double>::infinity();
  }
  constexpr std::int64_t sampled = 1024;
  std::mt19937_64 random(static_cast<std::uint64_t>(count));
  double worst = 0;
  for (std::int64_t s = 0; s < std::min(count, sampled); ++s) {
    const std::int64_t i =
        count <= sampled ? s
                         : static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(count));
    const Expected expected = expected_at(i);
    worst =
        std::max(worst, std::abs(static_cast<double>(y[i]) - expected.value) / expected.tolerance);
  }
  return worst;
}

}  // namespace roofmark
