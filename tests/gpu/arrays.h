// Operands of chosen values on the GPU under test, and outputs between zones that nobody may write.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "core/device.h"
#include "core/values.h"
#include "kernels/element.h"

namespace roofmark {

constexpr DType simt_types[] = {DType::f32, DType::bf16, DType::f16};

/// The bits of the nearest number of that type, one of simt_types.
inline std::uint32_t encoded(DType type, float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  if (type == DType::f32) return bits;
  if (type == DType::bf16) {
    return std::isnan(value) ? 0x7fff : (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  }
  const std::uint32_t sign = bits >> 16 & 0x8000;
  const float magnitude = std::abs(value);
  if (std::isnan(value)) return 0x7fff;
  if (magnitude >= 65520) return sign | 0x7c00;
  if (magnitude < 0x1p-14f)
    return sign | static_cast<std::uint32_t>(std::lrint(magnitude * 0x1p24f));
  int exponent;
  const float fraction = std::frexp(magnitude, &exponent);  // in [0.5, 1)
  const auto steps = static_cast<std::uint32_t>(std::lrint(fraction * 2048));
  return sign | ((static_cast<std::uint32_t>(exponent + 13) << 10) + steps);
}

/// Values of a type in this process's memory.
class Values {
 public:
  Values(DType type, std::int64_t count)
      : type_(type), bytes_(static_cast<std::size_t>(count * bits(type) / 8)), count_(count) {}
  /// Random ones in [-scale, scale).
  Values(DType type, std::int64_t count, float scale, std::uint32_t seed) : Values(type, count) {
    std::mt19937 random(seed);
    for (std::int64_t i = 0; i < count; ++i) {
      set(i, static_cast<float>(static_cast<std::int32_t>(random())) * 0x1p-31f * scale);
    }
  }

  void set(std::int64_t i, float value) {
    const std::uint32_t code = encoded(type_, value);
    const int width = bits(type_) / 8;
    std::memcpy(bytes_.data() + i * width, &code, static_cast<std::size_t>(width));
  }
  double operator[](std::int64_t i) const { return value_at(bytes_.data(), type_, i); }

  DType type() const { return type_; }
  std::int64_t count() const { return count_; }
  std::int64_t size_bytes() const { return static_cast<std::int64_t>(bytes_.size()); }
  std::byte* data() { return bytes_.data(); }
  const std::byte* data() const { return bytes_.data(); }

 private:
  DType type_;
  std::vector<std::byte> bytes_;
  std::int64_t count_;
};

/// A copy of values on the device.
class OnGpu {
 public:
  OnGpu(Device& device, const Values& values)
      : buffer_(device.allocate(values.size_bytes(), 1, Pages::base)) {
    device.upload(buffer_.data, values.data(), values.size_bytes());
  }
  const void* data() const { return buffer_.data; }
  const float* f32() const { return buffer_.f32(); }

 private:
  Buffer buffer_;
};

/// An output of NaN between two zones.
class GuardedOutput {
 public:
  GuardedOutput(Device& device, DType type, std::int64_t count)
      : device_(device),
        y_(type, count),
        buffer_(device.allocate(y_.size_bytes() + 2 * zone, 1, Pages::base)) {
    std::vector<std::byte> all(static_cast<std::size_t>(buffer_.size_bytes), guard);
    std::memset(all.data() + zone, 0xff, static_cast<std::size_t>(y_.size_bytes()));
    device.upload(buffer_.data, all.data(), buffer_.size_bytes);
  }
  void* data() { return buffer_.data + zone; }

  /// What was written; fails the test where something else was.
  const Values& fetch() {
    device_.synchronize();
    std::vector<std::byte> all(static_cast<std::size_t>(buffer_.size_bytes));
    device_.download(all.data(), buffer_.data, buffer_.size_bytes);
    for (std::int64_t i = 0; i < zone; ++i) {
      EXPECT_EQ(all[static_cast<std::size_t>(i)], guard) << zone - i << " bytes before the output";
      EXPECT_EQ(all[static_cast<std::size_t>(zone + y_.size_bytes() + i)], guard)
          << i << " bytes after the output";
    }
    std::memcpy(y_.data(), all.data() + zone, static_cast<std::size_t>(y_.size_bytes()));
    return y_;
  }

 private:
  static constexpr std::int64_t zone = 256;
  static constexpr std::byte guard{0x5a};
  Device& device_;
  Values y_;
  Buffer buffer_;
};

}  // namespace roofmark
