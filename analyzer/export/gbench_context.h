// What a Google Benchmark file says of where and when it was written.
#pragma once

#include "core/measurement.h"
#include "core/strict_json.h"

namespace roofmark {

/// Features of the build of an imported run: the library's version, and how it was built.
inline constexpr const char* google_benchmark = "google-benchmark";
inline constexpr const char* google_benchmark_build = "google-benchmark build";

/// Machine, build, date and policy of a run without rows; see run_from_gbench().  Throws
/// InputError.
Run run_of_context(const JsonView& context, const std::string& machine);

}  // namespace roofmark
