// Looks at series again that look different or may be, in rounds of fresh processes over them
// alone.
#include <algorithm>
#include <cmath>

#include "analyzer/tracking/compare.h"
#include "analyzer/tracking/judged.h"
#include "analyzer/tracking/own_change.h"

namespace roofmark {

namespace {

bool has_moved(const SeriesVerdict& one) {
  return one.verdict == Verdict::slower || one.verdict == Verdict::faster;
}

/// The reruns of one series beside its earlier rounds.
struct Again {
  const Side &before, &reruns;
  const CompareRules& rules;

  Known<Judged> judged(Figure figure) const { return judge(before, reruns, figure, false, rules); }

  bool probe_moved() const {
    const auto probe = judged(&SeriesRound::companion_seconds);
    return probe && probe->change.outside;
  }

  bool shown_by_time(int direction) const {
    const Known<Judged> time = judged(&SeriesRound::seconds);
    return time && time->direction(1) == direction;
  }

  /// Also by more than what kernels leave a probe by that moved.
  bool shown_by_ratio(int direction) const {
    const Known<Judged> ratio = judged(&SeriesRound::relative);
    if (!ratio || ratio->direction(1) != direction) return false;
    if (!probe_moved()) return true;
    const auto probe = judged(&SeriesRound::companion_seconds);
    return is_beyond_probe(std::log1p(ratio->change.share), std::log1p(probe->change.share),
                           direction, floor_of(rules));
  }
};

/// Whether the reruns show it again.  Where both figures showed it, one is enough: that of the
/// ratio, or that of the time where its probe did not move meanwhile.  by_share becomes which.
bool is_shown_again(SeriesVerdict& one, const Again& again) {
  const int direction = one.verdict == Verdict::slower ? 1 : -1;
  const bool by_time = !one.by_share && again.shown_by_time(direction);
  if (by_time) return true;
  if ((one.by_share || one.by_both) && again.shown_by_ratio(direction)) {
    one.by_share = true;
    return true;
  }
  if (!one.by_both || !one.by_share || again.probe_moved() || !again.shown_by_time(direction)) {
    return false;
  }
  one.by_share = false;
  return true;
}

std::string why_unconfirmed(std::span<const Round> before, std::span<const Round> reruns,
                            const Side& again, bool whole) {
  if (before.size() < fewest_rounds) {
    return std::to_string(before.size()) + " earlier rounds cannot confirm anything";
  }
  if (again.last() == nullptr) return "it is not in the rounds that confirm";
  if (!whole) return "its reruns were disturbed";
  return "its " + std::to_string(reruns.size()) + " reruns did not show it again";
}

/// Judges what is unsettled by all rounds taken so far.
void settle(Comparison& comparison, std::span<const Round> before, std::span<const Round> after,
            const CompareRules& rules) {
  Comparison whole = compare(before, after, rules);
  for (SeriesVerdict& one : comparison.series) {
    if (!one.unsettled) continue;
    const auto now = std::find_if(whole.series.begin(), whole.series.end(),
                                  [&](const SeriesVerdict& other) { return other.id == one.id; });
    if (now == whole.series.end()) continue;
    const std::string reason = one.reason, next = one.next;
    one = std::move(*now);
    if (!one.unsettled) continue;
    one.reason = reason;
    one.next = next;
  }
}

}  // namespace

std::vector<std::string> flagged(const Comparison& comparison) {
  std::vector<std::string> ids;
  for (const SeriesVerdict& one : comparison.series) {
    if (has_moved(one) && !one.confirmed) ids.push_back(one.id);
  }
  return ids;
}

void confirm(Comparison& comparison, std::span<const Round> before, std::span<const Round> after,
             std::span<const Round> reruns, const CompareRules& rules) {
  std::vector<Round> pooled(after.begin(), after.end());
  pooled.insert(pooled.end(), reruns.begin(), reruns.end());
  Sides old = sides_of(before), again = sides_of(reruns), all = sides_of(pooled);
  for (SeriesVerdict& one : comparison.series) {
    const Side& side = again[one.id];
    if (side.failed > 0) {
      one.verdict = Verdict::failed;
      one.reason = side.failure();
      one.unsettled = false;
      continue;
    }
    if (!has_moved(one) || one.confirmed) continue;
    const bool whole = side.used.size() >= std::min(reruns.size(), confirming_rounds);
    one.confirmed = whole && is_shown_again(one, {old[one.id], side, rules});
    if (!one.confirmed) {
      one.verdict = Verdict::inconclusive;
      one.unsettled = true;
      one.reason = why_unconfirmed(before, reruns, side, whole);
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

bool look_again(Comparison& comparison, std::span<const Round> before, std::vector<Round>& after,
                const TakeAgain& take, const CompareRules& rules) {
  std::vector<std::string> ids;
  for (const SeriesVerdict& one : comparison.series) {
    if (has_moved(one) || one.unsettled) ids.push_back(one.id);
  }
  for (const bool is_last : {false, true}) {
    if (ids.empty()) return true;
    const std::optional<std::vector<Round>> reruns = take(ids);
    if (!reruns) return false;
    confirm(comparison, before, after, *reruns, rules);
    after.insert(after.end(), reruns->begin(), reruns->end());
    if (!is_last) settle(comparison, before, after, rules);
    ids = flagged(comparison);
  }
  return true;
}

}  // namespace roofmark
