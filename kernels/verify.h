// Checks a kernel's output at its real shape: poisoned beforehand, scanned whole, sampled in
// float64.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

#include "core/values.h"

namespace roofmark {

/// Half a unit in the last place of 1, the largest relative error of one rounding to f32.
constexpr double f32_rounding = 0x1p-24;

/// Largest error of rounding `value` to a number of that type: half a unit in the last place, and
/// half the distance between denormals below the smallest normal number.
inline double rounding_to(DType type, double value) {
  double smallest_normal = 0x1p-126;  // f32, tf32, bf16
  if (type == DType::f16) smallest_normal = 0x1p-14;
  if (type == DType::fp8) smallest_normal = 0x1p-6;
  if (type == DType::f64) smallest_normal = 0x1p-1022;
  return epsilon(type) / 2 * std::max(std::abs(value), smallest_normal);
}

/// What an element must be, and how far off it may be.
struct Expected {
  double value = 0, tolerance = 0;
};

/// Fills outputs with NaN, so that an element nobody writes is found.
inline void poison(float* y, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) y[i] = std::numeric_limits<float>::quiet_NaN();
}

/// The larger of two errors.  A comparison with NaN is false: what cannot be judged is wrong.
inline double worse(double a, double b) {
  constexpr double wrong = std::numeric_limits<double>::infinity();
  if (std::isnan(a) || std::isnan(b)) return wrong;
  return a > b ? a : b;
}

/// Largest |y - expected| / tolerance over the first and last 64 elements, where the tails of
/// vector loops are, and 1024 random ones (over all where there are fewer).  Infinity where any
/// element at all is not finite.  `value_at(i)` is y's element i.
template <class ValueAt, class ExpectedAt>
double largest_error_of(std::int64_t count, ValueAt value_at, ExpectedAt expected_at) {
  for (std::int64_t i = 0; i < count; ++i) {
    if (!std::isfinite(value_at(i))) return std::numeric_limits<double>::infinity();
  }
  double worst = 0;
  const auto check = [&](std::int64_t i) {
    const Expected expected = expected_at(i);
    worst = worse(worst,
                  std::abs(static_cast<double>(value_at(i)) - expected.value) / expected.tolerance);
  };
  constexpr std::int64_t edge = 64, sampled = 1024;
  if (count <= 2 * edge + sampled) {
    for (std::int64_t i = 0; i < count; ++i) check(i);
    return worst;
  }
  for (std::int64_t i = 0; i < edge; ++i) check(i);
  for (std::int64_t i = count - edge; i < count; ++i) check(i);
  std::mt19937_64 random(static_cast<std::uint64_t>(count));
  for (std::int64_t s = 0; s < sampled; ++s) {
    check(static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(count)));
  }
  return worst;
}

template <class ExpectedAt>
double largest_error(const float* y, std::int64_t count, ExpectedAt expected_at) {
  return largest_error_of(
      count, [&](std::int64_t i) { return y[i]; }, expected_at);
}
/// The same of elements of any type.  A bf16 below the smallest normal number may also be 0: the
/// instructions that round to bf16 flush denormals.
template <class ExpectedAt>
double largest_error(const void* y, DType type, std::int64_t count, ExpectedAt expected_at) {
  constexpr double smallest_normal = 0x1p-126;
  return largest_error_of(
      count, [&](std::int64_t i) { return value_at(y, type, i); },
      [&](std::int64_t i) {
        Expected expected = expected_at(i);
        const bool denormal = std::abs(expected.value) < smallest_normal;
        if (type == DType::bf16 && denormal && value_at(y, type, i) == 0) expected.value = 0;
        return expected;
      });
}

}  // namespace roofmark
