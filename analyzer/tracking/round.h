// A round: what one fresh process over the selected cases gave, as comparing needs it.  Flat, so
// that an index can hold it without the run file.
#pragma once

#include <string>
#include <vector>

#include "analyzer/analysis.h"
#include "core/measurement.h"

namespace roofmark {

/// Something that was so while a round was taken and may explain a change: {"driver", "580.82.07"}.
struct Fact {
  std::string name, value;
  bool operator==(const Fact&) const = default;
};

/// One row of a round: the point of a history.  What is not known is null or empty.
struct SeriesRound {
  std::string id;      ///< the row's: the series it belongs to
  std::string kernel;  ///< names of the row, so that nobody takes the id apart
  std::string variant, device;
  int threads = 1;
  Role role = Role::kernel;
  Status status = Status::ok;
  std::string reason;                ///< why there is no time
  Known<double> seconds, low, high;  ///< median per launch with its 95 % interval (timing.h)
  char grade = 'C';                  ///< A B C, X: above its bound
  bool contended = false;            ///< valued beside a busy neighbour
  double ops = 0, bytes = 0;         ///< work of a launch, as it was counted
  Known<double> share;               ///< of the measured roof (Point), of the theoretical (probes)
  std::string bound;                 ///< compute | memory | launch | unknown; probes: empty
  std::string ceiling;               ///< id of the one that binds; probes: empty
  std::string companion;             ///< id of the probe timed beside it, in the same run
  Known<double> companion_seconds;   ///< median of its samples in the pairs (pairs.h)
  Known<double> relative;            ///< median over those pairs of kernel_s / companion_s
  Known<double> clock_hz;            ///< median over the samples used
  std::string code_hash;             ///< of the variant's machine code
  std::string implementation;        ///< what did the work, where that is a library's choice
  bool operator==(const SeriesRound&) const = default;
};

/// Policy::preset of runs that other programs measured: nobody here can measure them again.
inline constexpr const char* import_preset = "import";

struct Round {
  std::string run;              ///< id of the run
  std::string campaign;         ///< that it was taken for; empty: none
  std::string started;          ///< UTC, ISO 8601: sorts by time
  std::string machine, class_;  ///< Machine::id and its readable class
  std::string preset;           ///< quick | standard | thorough
  std::string only, filter;     ///< what was selected: a series that was not is not missing
  bool complete = false;
  std::vector<Fact> environment;    ///< known facts in a fixed order, each name once
  std::vector<SeriesRound> series;  ///< in the order of the run, each id once

  /// The series of that id, or null.
  const SeriesRound* find(const std::string& id) const;
  bool operator==(const Round&) const = default;
};

/// The round that a run is.  `analysis` is that of the run.
Round round_of(const Run& run, const Analysis& analysis);
/// The same with analyze_run(run).
Round round_of(const Run& run);

/// The facts of a run that a verdict names where they differ: operating system, governor, turbo,
/// huge pages, limits, drivers, clocks as set, power mode, build, compiler, libraries.  Readings
/// that differ between any two runs (load, free memory) are none.
std::vector<Fact> environment_of(const Run& run);
/// Whether the fact of that name says which program was measured, not what surrounded it: another
/// commit is what a comparison is made for.
bool is_under_test(const std::string& fact);

}  // namespace roofmark
