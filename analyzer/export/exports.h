// A run for other tools: trackers, dashboards, gates, databases.  docs/ci.md says which takes
// which.
#pragma once

#include <span>
#include <string>

#include "analyzer/export/series.h"
#include "core/measurement.h"

namespace roofmark {

/// What every writer gets.  Each gives the same bytes for the same run.  None writes a number that
/// is not finite, and none a value that the analysis refuses.
struct Exported {
  const Run& run;
  const std::vector<Series>& series;
};

/// Google Benchmark's JSON: one iteration per series that has a time, no aggregates (trackers would
/// take each for another benchmark).  Times in nanoseconds; cpu_time, which its tools want, is
/// real_time.  Rows without a time are left out, because its readers would take 0 for one;
/// `context` counts them.
std::string gbench_json(const Exported& exported);

/// Bencher Metric Format: {id: {measure: {value, lower_value, upper_value}}} in SI units; measures
/// seconds, operations-per-second, bytes-per-second and, of kernels, share-of-roof.  Its own
/// `latency` is in nanoseconds and is not used.
std::string bmf_json(const Exported& exported);

/// github-action-benchmark's own format, of what is better smaller (times: customSmallerIsBetter)
/// or bigger (rates: customBiggerIsBetter).  The two together hold every series once.
std::string gha_smaller_json(const Exported& exported);
std::string gha_bigger_json(const Exported& exported);

/// Gauges in OpenMetrics, valid in the older Prometheus text format too: no timestamps, so that
/// node_exporter's textfile collector takes it.  A series without a value has no sample;
/// roofmark_rows counts them by outcome.
std::string openmetrics(const Exported& exported);

/// Statements that SQLite (3.24 and later) and PostgreSQL (9.5 and later) both take: tables
/// roofmark_run and roofmark_series where they are not there, and this run's rows, once however
/// often they are read in.  What has no value is NULL beside its reason.
std::string sql(const Exported& exported);

/// One test case per series: failed is a failure, what has no value for any other reason is
/// skipped.  The values stand in system-out.
std::string junit(const Exported& exported);

}  // namespace roofmark
