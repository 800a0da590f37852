// Every analysis that `roofmark analyze` is asked for.
#pragma once

#include <vector>

#include "analyzer/analysis.h"
#include "app/analyze_request.h"

namespace roofmark {

/// Each model and network on each hardware, in each format.  Throws InputError.
std::vector<Analysis> analyses_on_specs(const AnalyzeRequest& request);

/// What the run says, or each model and network on its measured roofline, with predicted times.
/// Throws InputError.
std::vector<Analysis> analyses_on_run(const AnalyzeRequest& request, const Run& run);

}  // namespace roofmark
