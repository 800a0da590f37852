// The commands of the program.  Each adds its options to the command line and leaves a function
// that runs it and returns the exit code.
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace CLI {
class App;
}

namespace roofmark {

/// Exit codes (the contract scripts rely on).
enum ExitCode : int {
  exit_done = 0,
  exit_regression = 1,
  exit_usage = 2,
  exit_measurement = 3,
  exit_unfit = 4,
  exit_inconclusive = 5,
  exit_incomparable = 6,
  exit_absent = 77,
  exit_interrupted = 130,
};

using Command = std::function<int()>;

void add_analyze(CLI::App& app, Command& chosen);
void add_baseline(CLI::App& app, Command& chosen);
void add_check(CLI::App& app, Command& chosen);
void add_compare(CLI::App& app, Command& chosen);
void add_doctor(CLI::App& app, Command& chosen);
void add_export(CLI::App& app, Command& chosen);
void add_hardware(CLI::App& app, Command& chosen);
void add_index(CLI::App& app, Command& chosen);
void add_import(CLI::App& app, Command& chosen);
void add_list(CLI::App& app, Command& chosen);
void add_report(CLI::App& app, Command& chosen);
void add_run(CLI::App& app, Command& chosen);
void add_selfcheck(CLI::App& app, Command& chosen);
void add_trend(CLI::App& app, Command& chosen);
/// Hidden: what `run` starts to measure a GPU.
void add_worker(CLI::App& app, Command& chosen);

}  // namespace roofmark
