// The machine of a run: its roofline as measured, and what its kernels predict.
#pragma once

#include <string>

#include "analyzer/accounting.h"
#include "analyzer/roofline.h"
#include "app/analyze_request.h"

namespace roofmark {

struct MeasuredMachine {
  std::string device;  ///< the first that the run measured
  Analysis of_run;
  Roofline roofline;  ///< as measured, with the link asked for
  Predict predict;    ///< on that device (analyzer/prediction.h); the run outlives it
};

/// Throws InputError where something is asked that a run has of its own, or hardware that it was
/// not taken on.
MeasuredMachine measured_machine(const AnalyzeRequest& request, const Run& run);

}  // namespace roofmark
