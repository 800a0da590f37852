// What the environment tells OpenMP, and what of that changes a run.
#pragma once

#include "analyzer/doctor.h"

namespace roofmark {

Finding openmp_finding(const Machine& machine);

}  // namespace roofmark
