// Binds threads to logical CPUs through hwloc, and gives a thread its affinity back afterwards.
#include "harness/pinning.h"

#include <hwloc.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "core/error.h"

namespace roofmark {
namespace {

hwloc_topology_t topology_of(const std::shared_ptr<void>& handle) {
  return static_cast<hwloc_topology_t>(handle.get());
}

std::shared_ptr<void> new_bitmap() {
  return {hwloc_bitmap_alloc(),
          [](void* set) { hwloc_bitmap_free(static_cast<hwloc_bitmap_t>(set)); }};
}

hwloc_bitmap_t bitmap_of(const std::shared_ptr<void>& handle) {
  return static_cast<hwloc_bitmap_t>(handle.get());
}

}  // namespace

Binder::Binder() {
  hwloc_topology_t topology = nullptr;
  if (hwloc_topology_init(&topology) != 0) {
    throw MeasurementError("cannot bind threads (hwloc does not start); check memory and hwloc");
  }
  topology_ = {topology,
               [](void* made) { hwloc_topology_destroy(static_cast<hwloc_topology_t>(made)); }};
  // Only the CPUs' numbers are needed, so no caches, devices or packages are looked for.
  hwloc_topology_set_all_types_filter(topology, HWLOC_TYPE_FILTER_KEEP_NONE);
  if (hwloc_topology_load(topology) != 0) {
    throw MeasurementError("cannot bind threads (hwloc cannot read the topology: " +
                           std::string(std::strerror(errno)) + "); check that /sys is mounted");
  }
}

void Binder::bind_this_thread(int logical_cpu) const {
  const std::string problem = "cannot bind a thread to CPU " + std::to_string(logical_cpu);
  if (logical_cpu < 0) throw MeasurementError(problem + " (there is none); name a CPU from 0 up");
  const std::shared_ptr<void> set = new_bitmap();
  hwloc_bitmap_only(bitmap_of(set), static_cast<unsigned>(logical_cpu));
  if (hwloc_set_cpubind(topology_of(topology_), bitmap_of(set), HWLOC_CPUBIND_THREAD) == 0) return;
  const std::string why = errno == EINVAL ? "it is absent, offline or not allowed to this process"
                                          : std::string(std::strerror(errno));
  throw MeasurementError(problem + " (" + why + "); see roofmark doctor for the CPUs allowed");
}

void Binder::bind_memory(void* address, std::int64_t size_bytes, int node) const {
  const std::shared_ptr<void> set = new_bitmap();
  if (node >= 0) hwloc_bitmap_only(bitmap_of(set), static_cast<unsigned>(node));
  const int flags = HWLOC_MEMBIND_STRICT | HWLOC_MEMBIND_BYNODESET;
  if (node >= 0 &&
      hwloc_set_area_membind(topology_of(topology_), address, static_cast<std::size_t>(size_bytes),
                             bitmap_of(set), HWLOC_MEMBIND_BIND, flags) == 0) {
    return;
  }
  throw AbsentError("memory cannot be bound to NUMA node " + std::to_string(node) + " (" +
                    (node < 0 ? "there is none" : std::strerror(errno)) + ")");
}

void bind_this_thread(int logical_cpu) { Binder().bind_this_thread(logical_cpu); }

void let_this_thread_run_on(const std::vector<int>& logical_cpus) {
  const Binder binder;
  const std::shared_ptr<void> set = new_bitmap();
  for (const int cpu : logical_cpus) {
    if (cpu >= 0) hwloc_bitmap_set(bitmap_of(set), static_cast<unsigned>(cpu));
  }
  hwloc_set_cpubind(topology_of(binder.topology_), bitmap_of(set), HWLOC_CPUBIND_THREAD);
}

AffinityGuard::AffinityGuard() : saved_(new_bitmap()) {
  if (hwloc_get_cpubind(topology_of(binder_.topology_), bitmap_of(saved_), HWLOC_CPUBIND_THREAD) !=
      0) {
    saved_.reset();
  }
}

AffinityGuard::~AffinityGuard() {
  if (saved_) {
    hwloc_set_cpubind(topology_of(binder_.topology_), bitmap_of(saved_), HWLOC_CPUBIND_THREAD);
  }
}

}  // namespace roofmark
