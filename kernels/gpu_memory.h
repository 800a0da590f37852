// What GPU tasks share: operands that rotate so that they are found in memory and not in the L2
// cache, and a look at single pieces of them from the host.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/device.h"
#include "kernels/rotation.h"

namespace roofmark {

/// Equal slices of one buffer, the next at each launch: at least 4 x L2 in all and at least two. (A
/// cache that evicts at random still holds a twentieth of what was read 3 x L2 ago, a fiftieth
/// at 4.)
class GpuSlices {
 public:
  /// state: both read and written, so it is the task's own; random at first.
  enum class Use { operands, results, state };

  /// Throws std::bad_alloc where not even two slices fit.
  GpuSlices(Device& device, Use use, std::int64_t slice_bytes, DType type = DType::f32)
      : step_((slice_bytes + 255) / 256 * 256) {
    const std::int64_t l2_bytes =
        device.machine().gpus.empty() ? 0 : device.machine().gpus.front().l2_bytes;
    // Whole slices: of three and a half, the half would be a slice that is missed.
    slices_ = std::max<std::int64_t>(2, (least_l2 * l2_bytes + step_ - 1) / step_);
    const std::int64_t wanted = slices_ * step_;
    buffer_ = use == Use::operands  ? device.cold_operands(wanted, 1, type)
              : use == Use::results ? device.cold_results(wanted, 1)
                                    : device.allocate(wanted, 1, Pages::base);
    if (use == Use::state) device.randomize(buffer_, type, 1);
  }

  std::byte* next() {
    std::byte* at = buffer_.data + turn_ * step_;
    turn_ = (turn_ + 1) % slices_;
    return at;
  }
  std::int64_t slices() const { return slices_; }
  Slices all() const { return {slices_, step_, buffer_.huge_share}; }

 private:
  static constexpr std::int64_t least_l2 = 4;

  Buffer buffer_;
  std::int64_t step_, slices_ = 1, turn_ = 0;
};

/// `size_bytes` bytes from an address of the device.
inline std::vector<std::byte> fetched(Device& device, const std::byte* from,
                                      std::int64_t size_bytes) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(size_bytes));
  device.download(bytes.data(), from, size_bytes);
  return bytes;
}

}  // namespace roofmark
