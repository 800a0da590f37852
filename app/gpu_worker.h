// Measures a GPU's cases in a process of their own, so that what kills, hangs or poisons that
// process costs one row: a sticky error, a kernel without end, a driver that dies.
#pragma once

#include <memory>

#include "core/measurement.h"
#include "core/plan.h"
#include "harness/measure.h"
#include "harness/worker.h"

namespace roofmark {

class GpuWorker {
 public:
  /// `command` starts a process that serves cases as serve_cases() does.  None is started before
  /// the first case.  `run` gives machine and policy.
  GpuWorker(std::vector<std::string> command, const Run& run, const Plan& plan, StopAsked stop);

  /// The row of one case.  A case that killed the process, or that it did not finish in time, is a
  /// failed row that says so; the next case finds a new process.  After `most_deaths` in a row the
  /// rest is skipped.
  Measurement measure(const PlannedCase& planned, const Measurement* earlier);
  /// How long an answer is waited for.
  void set_limit(double limit_s) { limit_s_ = limit_s; }

 private:
  Measurement failed(const Case& what, const std::string& reason);

  const Plan& plan_;
  std::string header_;  ///< machine and policy, as a journal begins
  double limit_s_;
  StopAsked stop_;
  Worker worker_;
  int deaths_ = 0;  ///< since the last answer
};

/// The other side: reads a journal's header from standard input, then for each case three lines:
/// its row without samples, its companion's or "null", and the row of an earlier visit or "null".
/// Answers each with its row.  Returns at the end of input, or where the GPU cannot be used any
/// more; the exit code.
int serve_cases(int answers);

/// The command that runs serve_cases() in this program.
std::vector<std::string> gpu_worker_command();

}  // namespace roofmark
