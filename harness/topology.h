// A machine's processors and caches, taken out of hwloc so that the rest can be plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/machine.h"

namespace roofmark {

struct Topology {
  int packages = 0, numa_nodes = 0;
  std::vector<std::vector<int>> cores;  ///< logical CPUs of each core that is on, in hwloc's order
  bool cores_known = false;             ///< false: each logical CPU stands as a core of its own
  std::vector<Cache> caches;            ///< data and unified, one per level and size
  std::vector<NumaNode> nodes;          ///< by number
  std::vector<CoreKind> kinds;          ///< that hwloc tells apart: P and E cores
  std::string architecture;             ///< as the kernel names it; empty: unknown
  Known<std::int64_t> page_bytes;       ///< the base page
};

/// The allowed logical CPUs, one per core first in the topology's order, then the cores' second
/// hardware threads, and so on.
std::vector<int> one_per_core_first(const Topology& topology, const std::vector<int>& allowed);

}  // namespace roofmark
