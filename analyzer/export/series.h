// What a run says of each thing it measured, one value each: what trackers, databases and gates
// take.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "analyzer/analysis.h"
#include "core/measurement.h"

namespace roofmark {

/// A row of a run with its one value.  Whatever has no value that may be used has none here either:
/// a value above its physical bound is `refused`, not handed on.
struct Series {
  std::string id;
  const Measurement* row = nullptr;  ///< of the run
  std::string kind;     ///< kernel | compute | bandwidth | latency | overhead | pace (of a core)
  std::string outcome;  ///< ok | refused | failed | unsupported | skipped | unmeasured
  std::string reason;   ///< why there is no value, or what is odd about it
  char grade = 'C';     ///< A B C, X where refused
  /// Seconds per launch: the median of the row's kept samples with its 95 % interval (timing.h).
  Known<double> seconds, seconds_low, seconds_high;
  /// In `unit`: work over `seconds` of compute (op/s) and bandwidth (B/s), seconds per operation of
  /// latency and overhead, else `seconds`.  A ceiling of a report may be higher: it is the best of
  /// several medians, which depends on what else was measured.
  Known<double> value, low, high;
  std::string unit;        ///< s | op/s | B/s
  Known<double> share;     ///< of a kernel: of the measured roof
  std::string bound;       ///< of a kernel: compute | memory | launch | unknown
  std::string ceiling;     ///< of a kernel: id of what binds it
  std::string operators;   ///< of a kernel: "decode q_proj, prefill q_proj"; empty: none names it
  double measuring_s = 0;  ///< all samples together, the dropped ones too
  bool bigger_is_better() const { return unit != "s"; }
};

/// One per row, in the order of the run.  `analysis` is that run's.  The series point into `run`.
std::vector<Series> series_of(const Run& run, const Analysis& analysis);

/// How many have each outcome, in the order of Series::outcome; none is left out for being 0.
std::vector<std::pair<std::string, int>> outcomes(const std::vector<Series>& all);

}  // namespace roofmark
