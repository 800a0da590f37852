// Which probe is timed beside a case: that of the memory or that of the arithmetic, whichever binds
// it on this machine.
#pragma once

#include <optional>
#include <span>

#include "core/plan.h"

namespace roofmark {

/// What bounds a case where its operands lie; nullopt: nothing.
std::optional<Companion> wanted_companion(const Case& what);

/// The compute probe among `cases` of the format that a case computes in: one that can run, on the
/// same device and threads; of several the one of the most operations in a cycle, or the last, as
/// the registry lists the widest instruction set.  On a CPU that has no arithmetic in that format,
/// values are widened: the probe of f32.  -1: none.
int arithmetic_of(std::span<const PlannedCase> cases, const Case& what);

/// The probe among `cases` that is timed beside a case, chosen likewise; of a companion that may be
/// the arithmetic's that one, where the case has more operations for a byte than the machine does
/// in the time of one.  Before anything is measured where those two cross is a guess: a wrong one
/// costs a row its pairs with the roof that binds it, not its place under that roof.  -1: none.
int find_companion(std::span<const PlannedCase> cases, const Case& what, const Cpu& cpu);

}  // namespace roofmark
