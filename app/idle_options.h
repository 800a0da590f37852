// Options of `roofmark analyze` that would change nothing beside the others: they are refused, for
// who gives one expects figures that it is in.
#pragma once

#include <string>
#include <vector>

#include "app/analyze_request.h"
#include "core/model.h"

namespace roofmark {

/// Throws InputError where an option says something of another that is not asked for (--link
/// without several devices), or of a subject that is not named.
void refuse_idle_options(const AnalyzeRequest& request);

/// The same of what workloads decide: --chunk without a prompt, --decode-tokens without a decode.
void refuse_idle_options(const AnalyzeRequest& request, const std::vector<Workload>& workloads);

/// A line where --quantize-head is asked for and the head is what it would be without; else empty.
std::string idle_head_note(const AnalyzeRequest& request, const Model& model,
                           const std::vector<Workload>& workloads);

}  // namespace roofmark
