// From what there is (registry, machine) and what is asked (operators, policy) to the list of
// cases.
#pragma once

#include <span>
#include <vector>

#include "core/case.h"
#include "core/machine.h"
#include "core/measurement.h"
#include "core/model.h"

namespace roofmark {

/// A case and the probe that is timed beside it (an index into Plan::cases), or -1.
struct PlannedCase {
  Case what;
  int companion = -1;
};

struct Plan {
  std::vector<PlannedCase> cases;  ///< in the shuffled order in which they are measured
};

/// The depth of a preset's name.  Throws InputError where there is no such preset.
Depth depth_of(const std::string& preset);

/// How long the samples of a case may take.
double sampling_limit_s(const Case& what, const Policy& policy);

/// Every probe of `registry` at those of its sites that the policy's preset takes and every
/// operator of `operators` in every variant, for each thread count of the policy, deduplicated by
/// id; of a kernel's leaves that can run only that of the widest instruction set, where an operator
/// has few rows the widest both of those that multiply matrices and of the others, but all in the
/// preset thorough and where there is a filter.  From the standard preset on, and where there is a
/// filter, kernels that go over rows (Kernel::rows_extent) also with rows that lie in L2 and, on
/// one thread, in L1, on CPUs.  A site that names CPUs has as many threads, and is left out where
/// the policy has no count as great.  What cannot run stays in the plan with its reason, once for
/// each kernel, format and reason, but everywhere where there is a filter.  The filter keeps
/// matching ids and the companions they need.  The order depends on policy.seed alone.  Throws
/// InputError where policy.filter is not a regular expression or policy.preset not the name of a
/// preset.
Plan plan(std::span<const Kernel> registry, const Machine& machine,
          std::span<const Operator> operators, const Policy& policy);

}  // namespace roofmark
