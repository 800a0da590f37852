// Whether a sample may be believed, from a look at the machine before and after it.  Pure.
#pragma once

#include <string>

#include "core/measurement.h"

namespace roofmark {

/// Why a sample taken between two readings must be dropped; empty: keep it.
///   throttled  a throttle counter moved
///   stolen     the hypervisor took time from a CPU in use
///   migrated   a thread changed its CPU
///   cpu        CPU time / wall time < 0.99 for a thread
///   switched   a thread was involuntarily switched out, for less than that
///   clock      a core's clock moved by more than its tolerance, 1 % on a CPU
///   quiet      a core issued NOPs at < 90 % of its best: a neighbour on the same core
std::string gate(const Reading& before, const Reading& after);

/// No core's clock moved by more than its tolerance (unknown clocks count as steady).
bool clock_is_steady(const Reading& before, const Reading& after);

}  // namespace roofmark
