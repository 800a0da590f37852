// What a check program for another machine needs: random operands, a comparison, a count of
// failures.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <random>
#include <vector>

namespace roofmark {

/// Random f32 in [-1, 1), the same on every machine.
inline std::vector<float> random_values(std::int64_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = static_cast<float>(random() >> 8) * 0x1p-23f - 1.0f;
  return values;
}

/// Room for outputs, poisoned, with a guard of `guard` elements behind that must stay poisoned.
inline constexpr std::int64_t guard = 32;
inline std::vector<float> poisoned(std::int64_t count) {
  return std::vector<float>(static_cast<std::size_t>(count + guard),
                            std::numeric_limits<float>::quiet_NaN());
}

class Check {
 public:
  explicit Check(const char* name) : name_(name) {}

  void that(bool holds, const char* what, std::int64_t at) {
    ++checked_;
    if (holds) return;
    if (++failed_ <= 10) std::printf("%s: %s at %lld\n", name_, what, static_cast<long long>(at));
  }
  /// |got - wanted| <= tolerance, NaN never.
  void near(double got, double wanted, double tolerance, std::int64_t at) {
    that(std::abs(got - wanted) <= tolerance, "wrong value", at);
  }
  /// The guard behind `count` outputs is untouched.
  void guarded(const std::vector<float>& y, std::int64_t count) {
    for (std::int64_t i = 0; i < guard; ++i) {
      that(std::isnan(y[static_cast<std::size_t>(count + i)]), "written past the end", count + i);
    }
  }
  /// Exit status of the program.
  int status() const {
    std::printf("%s: %lld of %lld wrong\n", name_, static_cast<long long>(failed_),
                static_cast<long long>(checked_));
    return failed_ == 0 && checked_ > 0 ? 0 : 1;
  }

 private:
  const char* name_;
  std::int64_t checked_ = 0, failed_ = 0;
};

}  // namespace roofmark
