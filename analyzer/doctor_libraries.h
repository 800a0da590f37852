// What the vendor's library does with this CPU.
#pragma once

#include <vector>

#include "analyzer/doctor.h"

namespace roofmark {

/// Whether OpenBLAS chose kernels that use all of the CPU, and whether its threads are ours.
std::vector<Finding> blas_findings(const Machine& machine, const Surroundings& around);

}  // namespace roofmark
