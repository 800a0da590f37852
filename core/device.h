// The whole seam between a kernel and the thing that runs and times it: a CPU, a GPU, a fake.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/kernel.h"
#include "core/machine.h"
#include "core/measurement.h"
#include "core/random_values.h"
#include "core/units.h"

namespace roofmark {

enum class Pages { huge, base };
/// Where a buffer lies that a GPU uses: its own memory, or memory that the host sees too.
enum class Residence { device, pinned, managed, pageable };

/// Memory that lives as long as somebody holds it.  64-byte aligned or better.  On a GPU `data` is
/// an address that only the device's code may follow, unless it resides where the host sees it.
struct Buffer {
  std::shared_ptr<void> owner;
  std::byte* data = nullptr;
  std::int64_t size_bytes = 0;
  /// Part that the operating system really put on huge pages; nullopt: it was not asked.
  std::optional<double> huge_share{};

  float* f32() const { return reinterpret_cast<float*>(data); }
};

/// How random values of a type are made; f64, i32, i8 and i4 take all bits.
RandomWord random_word_of(DType type);

class Device {
 public:
  virtual ~Device() = default;
  virtual std::string name() const = 0;
  virtual const Machine& machine() const = 0;

  /// Memory whose `threads` equal shares are first touched by the threads that will use them.
  /// Throws std::bad_alloc with nothing lost; the case then becomes a row with a reason.
  virtual Buffer allocate(std::int64_t size_bytes, int threads, Pages pages) = 0;
  /// Working memory of a task: each launch writes what it reads of it, so that none of it is
  /// traffic that a work model counts.
  virtual Buffer allocate_scratch(std::int64_t size_bytes, int threads, Pages pages = Pages::huge) {
    return allocate(size_bytes, threads, pages);
  }
  /// The same as allocate() on that NUMA node.  Throws AbsentError where it cannot be had there.
  virtual Buffer allocate_on(int node, std::int64_t size_bytes, int threads, Pages pages);
  /// Memory of that residence; the CPU has but one.  Throws std::bad_alloc, or AbsentError where
  /// the device has no such memory.
  virtual Buffer allocate_in(Residence residence, std::int64_t size_bytes);
  /// Read-only random values, at least `size_bytes` of them, for operands that must be found in
  /// memory and not in a cache: share it, rotate through it, do not write it.  Floating-point
  /// values are in [-1, 1), integers of all bits.
  virtual Buffer cold_operands(std::int64_t size_bytes, int threads, DType type = DType::f32) = 0;
  /// The same for outputs; its contents belong to whoever wrote last.
  virtual Buffer cold_results(std::int64_t size_bytes, int threads) = 0;

  /// Random values of that type over a whole buffer, as in cold_operands.
  virtual void randomize(const Buffer& buffer, DType type, std::uint64_t seed);
  /// Every byte of the buffer: 0xff makes NaN of f32, f16 and bf16.
  virtual void fill_bytes(const Buffer& buffer, std::uint8_t byte);
  /// Copies between this process's memory and the device's, after all that was launched before, and
  /// waits for it.
  virtual void upload(std::byte* to, const void* from, std::int64_t size_bytes);
  virtual void download(void* to, const std::byte* from, std::int64_t size_bytes);
  /// Waits for all that was launched.  Throws MeasurementError where any of it went wrong.
  virtual void synchronize() {}
  /// Where launches go that are made outside time(), such as in Task::error().
  virtual Queue queue() { return {}; }

  /// Prepares `threads` threads for what follows: bound, awake.
  virtual void use_threads(int threads) = 0;
  /// The same, thread i on logical CPU cpus[i].
  virtual void use_cpus(const std::vector<int>& cpus) {
    use_threads(static_cast<int>(cpus.size()));
  }
  /// A look at every thread in use, taken between samples.
  virtual Reading read() = 0;
  /// Time of `launches` back-to-back launches by the device's own clock.  A GPU finds them all
  /// enqueued before it starts, so that the cost of launching stays out.
  virtual Seconds time(Task& task, std::int64_t launches) = 0;
  /// The same with each launch issued on its own while the clock runs, as a program without graphs
  /// does; nullopt where launching is a function call.
  virtual std::optional<Seconds> time_launched(Task&, std::int64_t) { return std::nullopt; }
  /// Time since some fixed moment, for time limits; a fake device scripts it.
  virtual Seconds now() = 0;
  /// Machine health before and after a row.
  virtual Health health() = 0;
};

/// Memory for a case's working set: on the pages and the NUMA node that it names.
Buffer allocate_for(const Case& what, Device& device, std::int64_t size_bytes);

}  // namespace roofmark
