// What the vendors' libraries do with this CPU.
#pragma once

#include <vector>

#include "analyzer/doctor.h"

namespace roofmark {

/// Whether OpenBLAS chose kernels that use all of the CPU, and whether its threads are ours.
std::vector<Finding> blas_findings(const Machine& machine, const Surroundings& around);

/// Whether oneDNN writes its kernels in the widest instruction set that it knows and the CPU has,
/// and whether its threads are ours.
std::vector<Finding> onednn_findings(const Machine& machine, const Surroundings& around);

}  // namespace roofmark
