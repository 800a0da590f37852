// From a run to what it says: ceilings, points under them, pairs that disagree.
#pragma once

#include "analyzer/analysis.h"
#include "analyzer/ceilings.h"
#include "analyzer/roofline.h"
#include "core/measurement.h"

namespace roofmark {

struct RunOptions {
  /// For the data-sheet column of the devices that it describes; others are found by name.
  const Hardware* hardware = nullptr;
  /// Theoretical, of the memory of the run's first device; of both where they share one.
  Known<Bandwidth> bandwidth;
};

/// Pure: the same run and options give the same analysis.  Operators are those of the run's own
/// workloads; micro-architectures are found by the recorded CPU and GPU.  No number in it is ever
/// infinite or NaN, and no row of the run is missing.
Analysis analyze_run(const Run& run, const RunOptions& options = {});

/// The measured roofline of one device of the run: per format the best compute ceiling, and the
/// best read bandwidth of the memory (decode is nearly all reads; the best of any probe where there
/// is no read row), each over all numbers of threads.  Rows of grade X never count.
Roofline measured_roofline(const Run& run, const Analysis& analysis, const std::string& device);

}  // namespace roofmark
