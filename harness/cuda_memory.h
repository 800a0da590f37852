// Memory of the CUDA device: counted against what is free, and pools of operands that cases share.
#pragma once

#include <cstdint>
#include <functional>
#include <list>

#include "core/device.h"

namespace roofmark {

class CudaMemory {
 public:
  /// `host_available_bytes`: what the host says is left, which a board's GPU shares; 0: unknown.
  explicit CudaMemory(std::int64_t host_available_bytes)
      : host_available_bytes_(host_available_bytes) {}

  /// Throws std::bad_alloc where the device or the host has not that much left, AbsentError where
  /// the device has no such memory.
  Buffer allocate(Residence residence, std::int64_t size_bytes);

  /// A pooled buffer of at least that size that nobody holds, filled by `fill` when it is new; two
  /// holders never share one, so that one operand is not found in a cache because of another.
  Buffer pooled(std::int64_t size_bytes, int kind, const std::function<void(const Buffer&)>& fill);

 private:
  struct Pooled {
    Buffer buffer;
    int kind;
  };
  void drop_unused();
  std::int64_t left_bytes() const;

  std::int64_t host_available_bytes_;
  std::list<Pooled> pool_;
};

}  // namespace roofmark
