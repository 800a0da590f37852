// What `roofmark analyze --sweep` asks: many settings side by side.
#pragma once

#include <string>
#include <vector>

#include "analyzer/study.h"
#include "app/analyze_request.h"

namespace roofmark {

/// One thing that is swept, and its values as the command line would say them.
struct Swept {
  std::string what;  ///< batch, context, tp, chunk, bits, kv-bits, dtype, attention or hardware
  std::vector<std::string> values;
  bool numbers = false;
};

/// "batch=1..256" (the first value doubled until the last, which is always one of them),
/// "batch=1..9:2" (in steps of 2), "batch=1,2,63", "hardware=a6000,h200".  Throws InputError.
Swept swept_from(const std::string& text);

/// The names in --hardware, one after the other ("a6000,h200"); one empty name where there is none.
std::vector<std::string> hardware_names(const AnalyzeRequest& request);

/// Every model on every hardware with every combination of what is swept, by phase and format.
/// What cannot be counted is a row with its reason; where nothing can, its InputError is thrown.
/// Throws InputError where there would be more than 100000 combinations.
/// With a run its machine is the hardware, and rows also say what its kernels predict.
Study study_of(const AnalyzeRequest& request, const Run* run = nullptr);

/// Whether there is something to compare without a sweep: several models, devices or formats.
bool is_side_by_side(const AnalyzeRequest& request);

}  // namespace roofmark
