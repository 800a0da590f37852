// The kernels' own work models, for the analyzer, which may not include kernels.
#pragma once

#include "analyzer/accounting.h"

namespace roofmark {

/// Looks an operator's kernel up in the registry and asks it.  The returned function throws
/// InputError for an operator whose kernel this build does not have.
WorkModel registry_work_model();

}  // namespace roofmark
