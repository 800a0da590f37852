// Where the memory probes of a CPU run: how much they touch at each level, on which cores and in
// which node's memory.
#pragma once

#include <string>
#include <vector>

#include "core/kernel.h"
#include "core/machine.h"

namespace roofmark {

/// Bytes that `threads` threads touch together at a level: cache_room() for a cache, four
/// times the last level and at least 128 MiB for memory ("dram"); 0 where this machine has no
/// such level.  Of caches that differ between cores it is the least.
std::int64_t level_bytes(const Machine& machine, const std::string& level, int threads);

/// Why a working set cannot be had or would not stay in its level and on its pages; empty: it does.
std::string misfit(const Machine& machine, const Conditions& conditions, int threads,
                   std::int64_t bytes);

/// CPUs of one kind of core or one NUMA node, and the memory they use.
struct Place {
  std::vector<int> cpus;
  std::string cores, node;  ///< as in Conditions
  int memory_node = -1;     ///< as in Site
};

/// One core and all cores of each kind; none where all cores are alike.
std::vector<Place> kinds_of_core(const Machine& machine);
/// All cores of each node on its own memory, and those of the first on every other's; none on a
/// machine with one node.
std::vector<Place> nodes(const Machine& machine);

/// The site at that place.
Site placed(Site site, const Place& place);

}  // namespace roofmark
