// Steps through a large buffer, one slice per launch, so that operands are found in memory and not
// in a cache: a cached weight flatters a kernel that reads its weights from memory in real life.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/machine.h"

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
  Rotation(std::int64_t total_bytes, std::int64_t slice_bytes)
      : step_((slice_bytes + 4095) / 4096 * 4096),
        slices_(std::max<std::int64_t>(1, total_bytes / step_)) {}

  /// Byte offset of the next slice.
  std::int64_t next() {
    const std::int64_t at = turn_ * step_;
    turn_ = (turn_ + 1) % slices_;
    return at;
  }
  std::int64_t slices() const { return slices_; }

 private:
  std::int64_t step_, slices_, turn_ = 0;
};

}  // namespace roofmark
