// Steps through a large buffer, one slice per launch, so that operands are found in memory and not
// in a cache: a cached weight flatters a kernel that reads its weights from memory in real life.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "core/device.h"

namespace roofmark {

/// Bytes to rotate through: max(4 x last-level cache, 1 GiB), at least one slice, at most a quarter
/// of what memory is available (nothing is known of it: 1 GiB).
inline std::int64_t rotation_bytes(const Machine& machine, std::int64_t slice_bytes) {
  const std::int64_t wanted =
      std::max<std::int64_t>(4 * machine.cpu.last_level_bytes(), std::int64_t{1} << 30);
  const std::int64_t available =
      machine.environment.memory_available_bytes.value_or(std::int64_t{4} << 30);
  return std::max(slice_bytes, std::min(wanted, available / 4));
}

class Rotation {
 public:
  /// Slices start at multiples of slice_bytes rounded up to 4 KiB.
  Rotation(Buffer buffer, std::int64_t slice_bytes)
      : buffer_(std::move(buffer)),
        step_((slice_bytes + 4095) / 4096 * 4096),
        slices_(std::max<std::int64_t>(1, buffer_.size_bytes / std::max<std::int64_t>(1, step_))) {}

  /// Where the next slice begins.
  std::byte* next() {
    std::byte* at = buffer_.data + turn_ * step_;
    turn_ = (turn_ + 1) % slices_;
    return at;
  }
  std::int64_t slices() const { return slices_; }

 private:
  Buffer buffer_;
  std::int64_t step_, slices_, turn_ = 0;
};

}  // namespace roofmark
