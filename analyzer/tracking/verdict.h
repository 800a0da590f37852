// What comparing rounds of a machine says, series by series.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/tracking/change.h"
#include "analyzer/tracking/round.h"

namespace roofmark {

enum class Verdict { same, faster, slower, inconclusive, not_comparable, added, missing, failed };
/// "same", "not comparable", "new" ...
std::string_view name(Verdict verdict);

/// What a confirmed change is put down to.
enum class Cause {
  none,
  machine,  ///< the ceiling that binds it moved with it
  kernel,   ///< it alone, or beyond what its ceiling did
  library,  ///< it alone, and its code is the same: where it was placed, the machine's state or,
            ///< where it is a library's, what that chose
  environment,  ///< half of all series moved alike while their ceilings did not
};
std::string_view name(Cause cause);

/// One side of a series.
struct SeriesSide {
  std::size_t rounds = 0;                 ///< that count: with a time, not contended, not refused
  Known<double> seconds;                  ///< median over them
  Known<double> share;                    ///< of the measured roof
  std::string code_hash, implementation;  ///< of the newest
};

struct SeriesVerdict {
  std::string id, kernel, device;
  Role role = Role::kernel;
  Verdict verdict = Verdict::same;
  SeriesSide before, after;
  Known<Shift> time;          ///< of the seconds
  Known<Shift> relative;      ///< of the seconds over those of the probe beside it
  Known<Shift> ceiling_time;  ///< of the seconds of the ceiling that binds it
  std::string ceiling;        ///< id of that one
  Known<double> detectable;   ///< least slowdown that would be found in 95 % of cases
  bool by_share = false;      ///< judged by relative, or across machines; else by time
  bool assumed = false;       ///< the spread is not that of these rounds
  bool by_both = false;       ///< the time and relative show it alike: either may confirm it
  bool unsettled = false;     ///< inconclusive, and more rounds may tell
  bool confirmed = false;     ///< still so in the confirming rounds
  bool wavered = false;       ///< and one of them was back at the earlier level
  Cause cause = Cause::none;
  std::string reason;  ///< in words
  std::string next;    ///< the command to run next; empty: none
};

/// Whether it moved by itself while its code, and what its library chose, stayed the same.
bool is_unchanged(const SeriesVerdict& one);

/// What a gate fails on, besides what could not be measured.
enum class FailOn { regression, inconclusive, never };
/// Whether a gate fails for this series: it failed; it is slower and confirmed, unless never; it is
/// inconclusive or slower and not confirmed (no regression, nor nothing), where that is asked for.
bool fails(const SeriesVerdict& one, FailOn fail_on);

/// A fact that differs between both sides, as each has it; several values where rounds differ.
struct Difference {
  std::string name, before, after;
  bool operator==(const Difference&) const = default;
};

/// One finding instead of many: the machine or its environment moved a number of series.
struct CommonCause {
  Cause cause = Cause::machine;
  Verdict direction = Verdict::slower;
  std::size_t series = 0, judged = 0;  ///< that it explains, of those judged
  double least = 0, most = 0;          ///< their changes
  std::vector<std::string> ceilings;   ///< that moved: "dram read (...): +8.1 %"
};

/// The least slowdowns that a comparison would have found in 95 % of cases, of its series that can
/// say so.
struct Detectable {
  std::size_t series = 0;
  double median = 0, worst = 0;  ///< shares: 0.05 is 5 %
  std::string worst_series;
};

struct Comparison {
  std::string before, after;  ///< what the sides are called
  std::size_t rounds_before = 0, rounds_after = 0;
  bool across_machines = false;
  std::vector<Difference> differences;
  std::vector<SeriesVerdict> series;  ///< in the order of the rounds
  std::vector<CommonCause> causes;
  std::vector<std::string> notes;  ///< what limits the whole of it
  std::size_t unfit = 0;           ///< series that the new side has no undisturbed time of

  std::size_t count(Verdict verdict) const;
  /// Whether any series of both sides could be judged.
  bool compared() const;
  /// Whether anything confirmed is slower.
  bool regressed() const;
  /// nullopt: no series knows its spread.
  Known<Detectable> detectable() const;
};

}  // namespace roofmark
