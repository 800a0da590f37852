// Binds threads to logical CPUs through hwloc, and gives a thread its affinity back afterwards.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace roofmark {

/// Binds threads to logical CPUs.  One can be shared by all threads of a team; making one costs a
/// look at the machine (3 ms on two CPUs, more on hundreds), binding a thread 5 us.
class Binder {
 public:
  /// Throws MeasurementError where hwloc cannot see the machine.
  Binder();

  /// Binds the calling thread to one logical CPU (the operating system's number).  Throws
  /// MeasurementError where the CPU is absent, offline or not allowed to this process.
  void bind_this_thread(int logical_cpu) const;

  /// Binds pages that nobody touched yet to a NUMA node.  Throws AbsentError where the node is
  /// absent, has no memory or is not allowed to this process.
  void bind_memory(void* address, std::int64_t size_bytes, int node) const;

 private:
  friend class AffinityGuard;
  friend void let_this_thread_run_on(const std::vector<int>& logical_cpus);
  std::shared_ptr<void> topology_;  // hwloc_topology_t
};

/// Binder().bind_this_thread(logical_cpu), for one thread.
void bind_this_thread(int logical_cpu);

/// Lets the calling thread, and those that it starts from now on, run on any of these CPUs: a
/// process inherits what the thread that started it was bound to.  What cannot be had is left as it
/// is.
void let_this_thread_run_on(const std::vector<int>& logical_cpus);

/// Restores, when it goes, the affinity its thread had when it was made.  Make and destroy it on
/// the same thread.  An affinity that cannot be read is left alone.
class AffinityGuard {
 public:
  AffinityGuard();
  ~AffinityGuard();
  AffinityGuard(const AffinityGuard&) = delete;
  AffinityGuard& operator=(const AffinityGuard&) = delete;

 private:
  Binder binder_;
  std::shared_ptr<void> saved_;  // hwloc_bitmap_t, null where it could not be read
};

}  // namespace roofmark
