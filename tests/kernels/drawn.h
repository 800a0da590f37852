// Numbers from N(0, 1), what a format keeps of them, and how far off a result is that was computed
// from that: for tests of what formats cost, written without the code under test.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/kernel.h"
#include "core/values.h"
#include "kernels/registry.h"
#include "tests/kernels/memory_device.h"

namespace roofmark {

using Reals = std::vector<double>;

inline Reals normal_reals(std::int64_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  Reals values(static_cast<std::size_t>(count));
  for (double& value : values) value = normal(random);
  return values;
}

/// The number of that type nearest to x.
inline double nearest(double x, DType type) {
  const std::uint64_t code = encoded(x, type);
  return value_at(&code, type, 0);
}

/// Elements of a type in memory aligned to 4 KiB.
class Elements {
 public:
  Elements(std::int64_t count, DType type)
      : type_(type), memory_(MemoryDevice().allocate(count * bits(type) / 8 + 64, 1, Pages::base)) {
    std::memset(memory_.data, 0, static_cast<std::size_t>(memory_.size_bytes));
  }
  /// The nearest of the type to each.
  Elements(const Reals& values, DType type)
      : Elements(static_cast<std::int64_t>(values.size()), type) {
    for (std::size_t i = 0; i < values.size(); ++i) set(static_cast<std::int64_t>(i), values[i]);
  }
  void set(std::int64_t i, double value) {
    const std::uint64_t code = type_ == DType::i8
                                   ? static_cast<std::uint8_t>(static_cast<int>(value))
                                   : encoded(value, type_);
    const auto width = static_cast<std::size_t>(bits(type_)) / 8;
    std::memcpy(data() + static_cast<std::size_t>(i) * width, &code, width);
  }
  double operator[](std::int64_t i) const { return value_at(data(), type_, i); }
  std::byte* data() const { return memory_.data; }

 private:
  DType type_;
  Buffer memory_;
};

/// Whole numbers of at most `most`, and what they are to be multiplied by: rounded to `type`.
struct WholeNumbers {
  Reals values;
  double scale;
};
inline WholeNumbers whole_numbers(const double* x, std::int64_t count, double most, DType type) {
  double largest = 0;
  for (std::int64_t i = 0; i < count; ++i) largest = std::fmax(largest, std::fabs(x[i]));
  WholeNumbers whole{{}, nearest(largest / most, type)};
  for (std::int64_t i = 0; i < count; ++i) {
    whole.values.push_back(std::fmin(most, std::fmax(-most, std::round(x[i] / whole.scale))));
  }
  return whole;
}

/// Root of the mean of squares of the differences, relative to that of `exact`.
inline double relative_error(const Reals& results, const Reals& exact) {
  double errors = 0, squares = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    errors += std::pow(results.at(i) - exact[i], 2);
    squares += std::pow(exact[i], 2);
  }
  return std::sqrt(errors / squares);
}

inline const Kernel& kernel_named(const std::string& name) {
  static const std::vector<Kernel> kernels = all_kernels();
  for (const Kernel& kernel : kernels) {
    if (kernel.name == name) return kernel;
  }
  throw std::runtime_error("no kernel " + name);
}

/// What the row of a kernel would carry; NaN where nobody says.
inline double format_error_in_row(const std::string& kernel, const Shape& shape,
                                  const Format& format) {
  const auto of = kernel_named(kernel).format_error;
  return of == nullptr ? std::nan("") : of(shape, format);
}

/// f32 is an order of sums of its own in every leaf.
inline void expect_close(double in_row, double measured, DType narrowest) {
  const double apart = narrowest == DType::f32 ? 2 : 1.2;
  EXPECT_GT(in_row, measured / apart);
  EXPECT_LT(in_row, measured * apart);
}

}  // namespace roofmark
