// Memory of the CPU device: page size chosen, first touched by its users, counted against what is
// free.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "core/device.h"

namespace roofmark {

class CpuMemory {
 public:
  /// Says where pages of a mapping will lie; throws where they cannot.
  using Place = std::function<void(void* address, std::int64_t length)>;

  /// `budget_bytes`: what may be handed out at once; more throws std::bad_alloc instead of waking
  /// the out-of-memory killer.
  explicit CpuMemory(std::int64_t budget_bytes);

  /// Zeroed memory, 2 MiB-aligned (huge) or 4 KiB-aligned (base), whose `threads` equal shares are
  /// first touched by the running team's threads, after `place` has seen the untouched mapping.
  Buffer allocate(std::int64_t size_bytes, int threads, Pages pages, const Place& place = {});

 private:
  std::int64_t budget_bytes_;
  std::shared_ptr<std::atomic<std::int64_t>> used_;  ///< buffers may outlive this object
};

/// Fills with random values of a type, as Device::cold_operands says, each share by its thread.
void fill_random(const Buffer& buffer, int threads, DType type, std::uint64_t seed);

}  // namespace roofmark
