// Operands and guarded outputs of any type of element, for tests of leaves that take several.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "core/values.h"
#include "kernels/native.h"
#include "tests/kernels/guarded.h"

namespace roofmark {

/// Calls body(T{}) for every type of element T.
template <class Body>
void for_each_element(Body body) {
  const auto call = [&](auto element, const char* name) {
    SCOPED_TRACE(name);
    body(element);
  };
  call(float{}, "f32");
  call(bf16{}, "bf16");
  call(f16{}, "f16");
}

/// The number of that type nearest to `value`.
template <class T>
T number(double value) {
  const std::uint64_t bits = encoded(value, type_of<T>);
  T result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

/// The least elements of T that leaves take for too many to be found in L2 with as many results
/// (fits_l2): there they go another way.
template <class T>
constexpr std::int64_t beyond_l2 = (1 << 20) / (2 * sizeof(T)) + 1;

/// Three rows; of long ones more than are taken for found in L2.
template <class T>
std::int64_t rows_of(std::int64_t cols) {
  return cols < 1000 ? 3 : beyond_l2<T> / cols + 3;
}

/// Largest error(first element of a row): the ends of every row are looked at, where of many rows
/// together only a sample is.
template <class RowError>
double largest_of_rows(std::int64_t rows, std::int64_t cols, RowError error) {
  double worst = 0;
  for (std::int64_t r = 0; r < rows; ++r) worst = worse(worst, error(r * cols));
  return worst;
}

/// `count` random numbers in [-scale, scale), `offset` of them past a start that is aligned to 64
/// bytes.
template <class T>
class Numbers {
 public:
  Numbers(std::int64_t count, std::int64_t offset, double scale = 1, std::uint32_t seed = 1)
      : memory_(static_cast<std::size_t>((count + offset) * size / 64 + 1)), offset_(offset) {
    std::mt19937 random(seed);
    for (std::int64_t i = 0; i < count; ++i) {
      set(i, static_cast<double>(static_cast<std::int32_t>(random())) * 0x1p-31 * scale);
    }
  }
  T* data() { return reinterpret_cast<T*>(memory_.data()) + offset_; }
  const T* data() const { return reinterpret_cast<const T*>(memory_.data()) + offset_; }
  double operator[](std::int64_t i) const { return value_at(data(), type_of<T>, i); }
  void set(std::int64_t i, double value) { data()[i] = number<T>(value); }

 private:
  struct alignas(64) Line {
    std::byte bytes[64];
  };
  static constexpr std::int64_t size = sizeof(T);
  std::vector<Line> memory_;
  std::int64_t offset_;
};

/// An output whose bytes are all `poison` (0xff: NaN) between two zones that nobody may write.
template <class T>
class GuardedNumbers {
 public:
  GuardedNumbers(std::int64_t count, std::int64_t offset, int poison = 0xff)
      : memory_(static_cast<std::size_t>((count + offset + 2 * zone) * size + 64), guard),
        count_(count) {
    const auto start = reinterpret_cast<std::uintptr_t>(memory_.data());
    begin_ = static_cast<std::int64_t>((start + 63) / 64 * 64 - start) + (zone + offset) * size;
    std::memset(memory_.data() + begin_, poison, static_cast<std::size_t>(count * size));
  }
  T* data() { return reinterpret_cast<T*>(memory_.data() + begin_); }
  const T* data() const { return reinterpret_cast<const T*>(memory_.data() + begin_); }
  double operator[](std::int64_t i) const { return value_at(data(), type_of<T>, i); }

  /// Fails the test where a byte outside the output was written.
  void expect_intact() const {
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(memory_.size()); ++i) {
      if (i >= begin_ && i < begin_ + count_ * size) continue;
      ASSERT_EQ(memory_[static_cast<std::size_t>(i)], guard)
          << "byte " << i - begin_ << " of an output of " << count_ * size;
    }
  }

 private:
  static constexpr std::int64_t size = sizeof(T);
  static constexpr std::int64_t zone = 64;
  static constexpr unsigned char guard = 0x5a;
  std::vector<unsigned char> memory_;
  std::int64_t begin_ = 0, count_;
};

}  // namespace roofmark
