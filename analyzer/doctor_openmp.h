// What the environment tells OpenMP, and what of that changes a run.
#pragma once

#include "analyzer/doctor.h"

namespace roofmark {

/// Whether OpenMP may have bound this process before it began, to which CPUs that are missing are
/// then due.
bool openmp_may_bind(const Machine& machine);

Finding openmp_finding(const Machine& machine);

}  // namespace roofmark
