// Looks at flagged series again, in rounds of fresh processes over them alone.
#include <algorithm>
#include <cmath>

#include "analyzer/tracking/compare.h"
#include "analyzer/tracking/judged.h"
#include "analyzer/tracking/own_change.h"

namespace roofmark {

namespace {

/// Whether the ratio's change in the reruns is more than what kernels leave a probe by that moved.
bool is_its_own(const Side& before, const Side& again, const Judged& ratio, int direction,
                const CompareRules& rules) {
  const auto probe = judge(before, again, &SeriesRound::companion_seconds, false, rules);
  if (!probe || !probe->change.outside) return true;
  return is_beyond_probe(std::log1p(ratio.change.share), std::log1p(probe->change.share), direction,
                         floor_of(rules));
}

}  // namespace

std::vector<std::string> flagged(const Comparison& comparison) {
  std::vector<std::string> ids;
  for (const SeriesVerdict& one : comparison.series) {
    const bool moved = one.verdict == Verdict::slower || one.verdict == Verdict::faster;
    if (moved && !one.confirmed) ids.push_back(one.id);
  }
  return ids;
}

void confirm(Comparison& comparison, std::span<const Round> before, std::span<const Round> after,
             std::span<const Round> reruns, const CompareRules& rules) {
  std::vector<Round> pooled(after.begin(), after.end());
  pooled.insert(pooled.end(), reruns.begin(), reruns.end());
  Sides old = sides_of(before), again = sides_of(reruns), all = sides_of(pooled);
  for (SeriesVerdict& one : comparison.series) {
    if (again[one.id].failed > 0) {
      one.verdict = Verdict::failed;
      one.reason = again[one.id].failure();
      continue;
    }
    if (one.verdict != Verdict::slower && one.verdict != Verdict::faster) continue;
    const int wanted = one.verdict == Verdict::slower ? 1 : -1;
    const bool by_relative = one.by_share;
    const Figure figure = by_relative ? &SeriesRound::relative : &SeriesRound::seconds;
    const Known<Judged> judged = judge(old[one.id], again[one.id], figure, false, rules);
    const bool whole = again[one.id].used.size() >= std::min(reruns.size(), confirming_rounds);
    one.confirmed =
        judged && whole && judged->direction(1) == wanted &&
        (!by_relative || is_its_own(old[one.id], again[one.id], *judged, wanted, rules));
    if (!one.confirmed) {
      one.verdict = Verdict::inconclusive;
      one.reason = before.size() < fewest_rounds
                       ? std::to_string(before.size()) + " earlier rounds cannot confirm anything"
                   : again[one.id].last() == nullptr ? "it is not in the rounds that confirm"
                   : !judged || !whole
                       ? "its reruns were disturbed"
                       : "its " + std::to_string(reruns.size()) + " reruns did not show it again";
      one.next = "roofmark trend '" + one.id + "'";
    }
    // From here on the change is that of all rounds together.
    const auto put = [&](Known<Shift>& change, Figure of) {
      if (const auto both = judge(old[one.id], all[one.id], of, false, rules)) {
        change = both->change;
      }
    };
    put(one.time, &SeriesRound::seconds);
    put(one.relative, &SeriesRound::relative);
    if (one.relative) put(one.ceiling_time, &SeriesRound::companion_seconds);
    one.after = summary(all[one.id]);
  }
}

}  // namespace roofmark
