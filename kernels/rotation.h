// Steps through a large buffer, one slice per launch, so that operands are found in memory and not
// in a cache: a cached weight flatters a kernel that reads its weights from memory in real life.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

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

/// Equal slices of a buffer that launches take in turn.
struct Slices {
  std::int64_t count = 0, bytes_each = 0;
  std::optional<double> huge_share;  ///< Buffer::huge_share
};

/// Of operands whose next slices launches take together: of all, until those of the fewest slices
/// begin anew.
inline ColdOperands cold_operands_of(const std::vector<Slices>& all) {
  if (all.empty()) return {};
  std::int64_t turns = all.front().count, bytes = 0;
  std::optional<double> huge_bytes = 0;
  for (const Slices& slices : all) {
    turns = std::min(turns, slices.count);
    bytes += slices.bytes_each;
    const double each = static_cast<double>(slices.bytes_each);
    huge_bytes = huge_bytes && slices.huge_share
                     ? std::optional<double>(*huge_bytes + *slices.huge_share * each)
                     : std::nullopt;
  }
  ColdOperands cold{turns * bytes, std::nullopt};
  if (huge_bytes) cold.huge_page_share = std::min(1.0, *huge_bytes / static_cast<double>(bytes));
  return cold;
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
  Slices all() const { return {slices_, step_, buffer_.huge_share}; }

 private:
  Buffer buffer_;
  std::int64_t step_, slices_, turn_ = 0;
};

}  // namespace roofmark
