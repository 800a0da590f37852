// What changes the numbers of a GPU, and of the board it may share with the CPU.
#pragma once

#include <vector>

#include "analyzer/doctor.h"

namespace roofmark {

/// The GPU that is measured (the first): which part of it is in use, what holds its clocks back,
/// what disturbs it now; or why there is none.
std::vector<Finding> gpu_findings(const Machine& machine, const Surroundings& around);

/// A Jetson's module, power mode, memory clock and over-current counters; empty on other machines.
std::vector<Finding> board_findings(const Machine& machine, const Surroundings& around);

}  // namespace roofmark
