// The kinds of core of a machine whose cores differ: P and E cores, big and LITTLE.
#pragma once

#include <vector>

#include "harness/proc_files.h"
#include "harness/topology.h"

namespace roofmark {

/// The fastest kind first, as Linux ranks them (cpu_capacity, else the highest clock); empty where
/// cores are alike or nothing is known.  Told by, in turn: hwloc (the topology's kinds), the
/// counters that Linux keeps per kind of a hybrid Intel CPU, each Arm CPU's MIDR.
std::vector<CoreKind> kinds_of_core(const ProcFiles& files, const Topology& topology);

/// Puts the cores of the first kind before those of the second, and so on.
void sort_by_kind(std::vector<std::vector<int>>& cores, const std::vector<CoreKind>& kinds);

}  // namespace roofmark
