// The CPU as a device: bound threads, huge pages, a clock that is measured and not read.
#pragma once

#include <map>
#include <vector>

#include "core/device.h"
#include "harness/cpu_memory.h"
#include "harness/pinning.h"
#include "harness/yardstick.h"

namespace roofmark {

/// What is known of a logical CPU.
struct CoreState {
  Yardstick nops_per_cycle;  ///< of the quiet gate
  /// Latency of the clock's chain, which kinds of core differ in; 0: unknown, and so the clock.
  double multiply_cycles = 0;
  bool asked = false;  ///< whether that latency was looked for
};

class CpuDevice final : public Device {
 public:
  /// Binds no thread yet.  The affinity of the calling thread is put back when the device goes.
  explicit CpuDevice(const Machine& machine);

  std::string name() const override { return "cpu"; }
  const Machine& machine() const override { return machine_; }
  Buffer allocate(std::int64_t size_bytes, int threads, Pages pages) override;
  Buffer allocate_on(int node, std::int64_t size_bytes, int threads, Pages pages) override;
  Buffer cold_operands(std::int64_t size_bytes, int threads, DType type) override;
  Buffer cold_results(std::int64_t size_bytes, int threads) override;
  void randomize(const Buffer& buffer, DType type, std::uint64_t seed) override;
  void use_threads(int threads) override;
  void use_cpus(const std::vector<int>& cpus) override;
  Reading read() override;
  Seconds time(Task& task, std::int64_t launches) override;
  Seconds now() override;
  Health health() override;

 private:
  /// A buffer shared by the cases that rotate through it.
  struct Pool {
    Buffer buffer;
    int threads = 0;
  };
  /// The pool's memory, new where it is too small or lies on another node; whether it is new.
  bool provide(Pool& pool, std::int64_t size_bytes, int threads);
  /// The first of the allowance, one per core first.
  std::vector<int> first_cpus(int threads) const;
  void bind(const std::vector<int>& cpus);
  /// Of cores that are new here.
  void find_multiply_cycles();
  /// Reads cores that are new here until their yardsticks mean something.
  void find_quiet_pace();
  CoreReading read_core(int thread);

  Machine machine_;
  AffinityGuard guard_;
  Binder binder_;
  CpuMemory memory_;
  std::map<DType, Pool> operands_;
  Pool results_;
  std::vector<int> cpus_;         ///< in use, by thread
  std::vector<CoreState> cores_;  ///< by logical CPU
};

}  // namespace roofmark
