// Results of anybody's own Google Benchmark programs as a run, so that they can be compared and
// tracked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/measurement.h"

namespace roofmark {

struct Imported {
  Run run;
  std::vector<std::string> notes;  ///< what was left out or is odd, a sentence each
};

/// Reads what --benchmark_out wrote (Google Benchmark 1.5 to 1.9; `name` is the file's name for
/// messages).
///   rows        one per benchmark: its repetitions are the samples, seconds of real_time per
///               iteration (of wall time, or of what the program timed itself); aggregates are left
///               out.  The row's id is made of the name by named_row().
///   no time     a benchmark that reported an error is failed, one that skipped itself is skipped,
///               both with their message; one with a time that is not above 0 (NaN, Infinity, which
///               the library writes although JSON has them not) is failed, with all repetitions
///   work        bytes_per_second x the time that it is a rate of (real_time where the name says
///               real_time or manual_time, else cpu_time), as read bytes; the counters ops,
///               read_bytes and written_bytes where all three are there.  Items are no operations:
///               items_per_second and all other counters are left out, with a note
///   grade       C: nothing is known of clock, bound and neighbours
///   machine     `machine` where it is given, else a hash of host_name, num_cpus and caches; of the
///               host's name nothing else is kept
///   build       version "import"; commit and compiler: what --benchmark_context=commit=... and
///               compiler=... said; the library's version where the file says it (from 1.9 on)
///   policy      preset "import", all else 0: nothing is known of how samples were taken
///   id, started a hash of the text, the file's date: importing twice gives the same run
/// Throws InputError where it is no such file, holds no iterations or two benchmarks that cannot be
/// told apart.
Imported run_from_gbench(std::string_view text, const std::string& name,
                         const std::string& machine = "");

/// A row named for a benchmark.  "Fixture/Method/8/n:64/real_time/threads:2" is kernel
/// Fixture.Method, variant real_time (what follows the arguments, and the library's own words for
/// how it takes time; "benchmark" where there is neither), 2 threads, arg0=8,n=64.  A name that is
/// a row's id already is that row's.
Measurement named_row(std::string_view name, int threads);

}  // namespace roofmark
