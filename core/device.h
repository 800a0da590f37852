// The whole seam between a kernel and the thing that runs and times it: a CPU, a GPU, a fake.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/kernel.h"
#include "core/machine.h"
#include "core/measurement.h"
#include "core/units.h"

namespace roofmark {

enum class Pages { huge, base };

/// Memory that lives as long as somebody holds it.  64-byte aligned or better.
struct Buffer {
  std::shared_ptr<void> owner;
  std::byte* data = nullptr;
  std::int64_t size_bytes = 0;
  double huge_share = 0;  ///< part that the kernel really put on huge pages

  float* f32() const { return reinterpret_cast<float*>(data); }
};

class Device {
 public:
  virtual ~Device() = default;
  virtual std::string name() const = 0;
  virtual const Machine& machine() const = 0;

  /// Memory whose `threads` equal shares are first touched by the threads that will use them.
  /// Throws std::bad_alloc with nothing lost; the case then becomes a row with a reason.
  virtual Buffer allocate(std::int64_t size_bytes, int threads, Pages pages) = 0;
  /// Read-only random f32 in [-1, 1), at least `size_bytes` of them, for operands that must be
  /// found in memory and not in a cache: share it, rotate through it, do not write it.
  virtual Buffer cold_operands(std::int64_t size_bytes, int threads) = 0;
  /// The same for outputs; its contents belong to whoever wrote last.
  virtual Buffer cold_results(std::int64_t size_bytes, int threads) = 0;

  /// Prepares `threads` threads for what follows: bound, awake.
  virtual void use_threads(int threads) = 0;
  /// A look at every thread in use, taken between samples.
  virtual Reading read() = 0;
  /// Time of `launches` back-to-back launches by the device's own clock.
  virtual Seconds time(Task& task, std::int64_t launches) = 0;
  /// Time since some fixed moment, for time limits; a fake device scripts it.
  virtual Seconds now() = 0;
  /// Machine health before and after a row.
  virtual Health health() = 0;
};

}  // namespace roofmark
