#include "tests/simulation/trials.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <set>
#include <string>

#include "analyzer/tracking/change_points.h"
#include "analyzer/tracking/compare.h"

namespace roofmark::simulation {
namespace {

std::vector<Round> rounds_of(const Scatter& scatter, int count, int first, const Planted& planted,
                             const Setting& setting, MachineState& machine, Noise& noise) {
  std::vector<Round> rounds;
  for (int i = 0; i < count; ++i) {
    rounds.push_back(round_of(scatter, setting.series, first + i, planted, machine, noise));
  }
  return rounds;
}

/// Only the flagged series are measured again.
void keep_only(std::vector<Round>& rounds, const std::vector<std::string>& ids) {
  const std::set<std::string> kept(ids.begin(), ids.end());
  for (Round& round : rounds) {
    std::erase_if(round.series, [&](const SeriesRound& row) { return kept.count(row.id) == 0; });
  }
}

/// Series without a plant that looked different at some time.
struct Different {
  std::set<std::string> all, blamed;  ///< blamed: not put down to the machine

  void add(Comparison comparison, bool plant) {
    explain(comparison);
    for (const std::string& id : flagged(comparison)) {
      const auto one = std::find_if(comparison.series.begin(), comparison.series.end(),
                                    [&](const SeriesVerdict& each) { return each.id == id; });
      if (plant && one == comparison.series.begin()) continue;
      all.insert(id);
      if (one->cause != Cause::machine) blamed.insert(id);
    }
  }
};

/// A machine that goes to its lower speed did become slower: it may be said, and no kernel blamed.
void count(const Comparison& comparison, const Scatter& scatter, const Planted& planted,
           CheckCounts& counts) {
  const bool machine_moves = scatter.speeds > least_floor;
  bool any_false = false, any_kernel = false, any_slower = false;
  for (const SeriesVerdict& one : comparison.series) {
    const bool has_plant = planted.kernel > 0 && &one == &comparison.series.front();
    const bool slower = one.verdict == Verdict::slower && one.confirmed;
    any_slower |= slower;
    any_kernel |= slower && one.cause != Cause::machine;
    if (has_plant) {
      counts.found += slower;
      counts.named_kernel += slower && one.cause == Cause::kernel;
    } else {
      any_false |= slower && (!machine_moves || one.cause != Cause::machine);
    }
  }
  counts.false_checks += any_false;
  counts.named_machine += any_slower && !any_kernel;
}

}  // namespace

CheckCounts run_checks(const Scatter& scatter, Planted planted, const Setting& setting) {
  CheckCounts counts;
  const CompareRules rules{.baseline = "main"};
  Noise noise(setting.seed);
  for (int check = 0; check < setting.checks; ++check) {
    MachineState machine;
    const auto before = rounds_of(scatter, setting.baseline, 0, {}, setting, machine, noise);
    const auto fresh = [&](const Planted& with) {
      return rounds_of(scatter, setting.rounds, setting.baseline, with, setting, machine, noise);
    };
    if (planted.as_detectable) {
      planted.kernel = *compare(before, fresh({}), rules).series.front().detectable;
    }
    std::vector<Round> after = fresh(planted);
    Comparison comparison = compare(before, after, rules);
    const bool has_plant = planted.kernel > 0;
    counts.judged += comparison.series.size() - has_plant;
    Different different;
    different.add(comparison, has_plant);
    std::set<std::string> measured_again;
    const auto take = [&](const std::vector<std::string>& ids) {
      different.add(comparison, has_plant);
      const int first = setting.baseline + static_cast<int>(after.size());
      auto reruns = rounds_of(scatter, setting.reruns, first, planted, setting, machine, noise);
      keep_only(reruns, ids);
      measured_again.insert(ids.begin(), ids.end());
      return std::optional(reruns);
    };
    look_again(comparison, before, after, take, rules);
    counts.flagged += different.all.size();
    counts.blamed += different.blamed.size();
    counts.again += measured_again.size();
    explain(comparison);
    count(comparison, scatter, planted, counts);
  }
  return counts;
}

StepCounts find_steps(const Scatter& scatter, int before, int after, double step, int near,
                      int series, std::uint64_t seed) {
  StepCounts counts;
  Noise noise(seed);
  for (int i = 0; i < series; ++i) {
    const auto changes = change_points(history(scatter, before + after, before, step, noise));
    ++counts.series;
    counts.any += !changes.empty();
    bool is_near = false;
    for (const ChangePoint& change : changes) {
      is_near |= std::abs(static_cast<int>(change.at) - before) <= near;
    }
    counts.found += is_near;
  }
  return counts;
}

}  // namespace roofmark::simulation
