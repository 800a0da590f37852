// Looks at series again that look different or may be, in rounds of fresh processes over them
// alone.
#include <algorithm>
#include <cmath>
#include <set>

#include "analyzer/tracking/compare.h"
#include "analyzer/tracking/judged.h"
#include "analyzer/tracking/own_change.h"

namespace roofmark {

namespace {

bool has_moved(const SeriesVerdict& one) {
  return one.verdict == Verdict::slower || one.verdict == Verdict::faster;
}

enum class Shown { not_again, by_most, by_all };  // of the reruns

/// The reruns of one series beside its earlier rounds.
struct Again {
  const Side &before, &reruns;
  const CompareRules& rules;

  Known<Judged> judged(Figure figure) const { return judge(before, reruns, figure, false, rules); }

  bool probe_moved() const {
    const auto probe = judged(&SeriesRound::companion_seconds);
    return probe && probe->change.outside;
  }

  Shown shown_by_time(int direction) const {
    return shown(judged(&SeriesRound::seconds), direction);
  }

  /// Also by more than what kernels leave a probe by that moved.
  Shown shown_by_ratio(int direction) const {
    const Known<Judged> ratio = judged(&SeriesRound::relative);
    const Shown by_itself = shown(ratio, direction);
    if (by_itself == Shown::not_again || !probe_moved()) return by_itself;
    const auto probe = judged(&SeriesRound::companion_seconds);
    const bool beyond =
        is_beyond_probe(std::log1p(ratio->change.share), std::log1p(probe->change.share), direction,
                        floor_of(rules));
    return beyond ? by_itself : Shown::not_again;
  }

 private:
  static Shown shown(const Known<Judged>& judged, int direction) {
    if (!judged || judged->direction(1) != direction) return Shown::not_again;
    return judged->change.wavers ? Shown::by_most : Shown::by_all;
  }
};

/// Whether the reruns show it again.  Where both figures showed it, one is enough: that of the
/// ratio, or that of the time where its probe did not move meanwhile.  by_share becomes which.
Shown shown_again(SeriesVerdict& one, const Again& again) {
  const int direction = one.verdict == Verdict::slower ? 1 : -1;
  const bool may_be_ratio = one.by_share || one.by_both;
  const Shown time = again.shown_by_time(direction);
  if (!one.by_share && time != Shown::not_again) return time;
  const Shown ratio = may_be_ratio ? again.shown_by_ratio(direction) : Shown::not_again;
  if (ratio != Shown::not_again) {
    one.by_share = true;
    return ratio;
  }
  if (!one.by_both || !one.by_share || again.probe_moved()) return Shown::not_again;
  one.by_share = time == Shown::not_again;
  return time;
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

/// A rerun that was back is a stray, or the series goes to and fro between two levels and happened
/// to be at the other one in the rest.  What wavered for the first time has to be shown once more.
void doubt_wavering(Comparison& comparison, std::set<std::string>& had) {
  for (SeriesVerdict& one : comparison.series) {
    if (one.confirmed && one.wavered && had.insert(one.id).second) one.confirmed = false;
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
    const Shown shown = shown_again(one, {old[one.id], side, rules});
    one.confirmed = whole && shown != Shown::not_again;
    one.wavered = one.confirmed && shown == Shown::by_most;
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
  // At most three times: what was unsettled is confirmed by the second, and may waver then.
  std::set<std::string> wavered;
  for (bool is_first = true; !ids.empty(); is_first = false) {
    const std::optional<std::vector<Round>> reruns = take(ids);
    if (!reruns) return false;
    confirm(comparison, before, after, *reruns, rules);
    after.insert(after.end(), reruns->begin(), reruns->end());
    if (is_first) settle(comparison, before, after, rules);
    doubt_wavering(comparison, wavered);
    ids = flagged(comparison);
  }
  return true;
}

}  // namespace roofmark
