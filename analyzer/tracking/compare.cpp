#include "analyzer/tracking/compare.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "analyzer/numbers.h"
#include "analyzer/tracking/evidence.h"
#include "core/error.h"

namespace roofmark {
namespace {

constexpr double normal = 1e6;  // degrees of freedom of a spread that is known

/// One figure of a series on both sides.
struct Judged {
  Past past;
  Shift change;
  double detectable = 0;
  bool beyond_floor = false;
  /// Slower (+1), faster (-1) or neither, whatever other series say.
  int direction(double p_limit) const {
    const bool is = beyond_floor && change.outside && change.beyond_range && change.p <= p_limit;
    return is ? (change.share > 0 ? 1 : -1) : 0;
  }
};

double floor_of(const CompareRules& rules) { return std::max(least_floor, rules.floor); }

/// What a verdict needs beyond the interval: the floor, and with a short past what it can find.
bool is_beyond(const Past& past, const Shift& change, double least, double floor) {
  const double size = std::fabs(std::log1p(change.share));
  if (size <= std::log1p(floor)) return false;
  if (past.assumed || past.rounds >= enough_rounds) return true;
  return size > std::log1p(least);
}

/// The spread such that a single run's interval beside another's reaches unknown_spread.
Past guessed(const Past& past) {
  constexpr double z = 2.807;  // 99.75 % of a normal distribution lie below
  return assumed(past, std::log1p(unknown_spread) / (z * std::sqrt(2.0)), normal);
}

/// nullopt where there is nothing to judge, or too little to judge it by.
Known<Judged> judge(const Side& before, const Side& after, Figure figure, bool single,
                    const CompareRules& rules) {
  const std::vector<double> old = values(before, figure), fresh = values(after, figure);
  if (old.empty() || fresh.empty()) return std::nullopt;
  Judged judged{.past = past_of(old)};
  if (judged.past.rounds < fewest_rounds) {
    if (!single) return std::nullopt;
    Past known;
    if (rules.history && figure == &SeriesRound::seconds) {
      known = rules.history(before.last()->id);
    }
    const bool enough = known.rounds >= fewest_rounds && known.freedom > 0;
    judged.past = enough ? assumed(judged.past, known.spread, known.freedom) : guessed(judged.past);
  }
  judged.change = change_of(judged.past, fresh);
  judged.detectable = detectable(judged.past, fresh.size(), floor_of(rules));
  judged.beyond_floor = is_beyond(judged.past, judged.change, judged.detectable, floor_of(rules));
  return judged;
}

/// The largest P that is believed, of times and of times over the probe's.
struct Limits {
  double time = 0, relative = 0;
};

struct Candidate {
  SeriesVerdict verdict;
  Known<Judged> time, relative;
};

class Comparing {
 public:
  Comparing(std::span<const Round> before, std::span<const Round> after, const CompareRules& rules)
      : before_(before), after_(after), rules_(rules) {
    single_ = before.size() < fewest_rounds;
    figure_ = rules.across_machines ? &SeriesRound::share : &SeriesRound::seconds;
  }

  Comparison take() {
    Comparison comparison{.before = rules_.before,
                          .after = rules_.after,
                          .rounds_before = before_.size(),
                          .rounds_after = after_.size(),
                          .across_machines = rules_.across_machines,
                          .differences = differences(before_, after_)};
    std::vector<Candidate> all;
    for (const std::string& id : ids()) {
      if (auto one = candidate(id)) all.push_back(std::move(*one));
    }
    judge_together(all);
    for (Candidate& one : all) {
      comparison.unfit +=
          one.verdict.verdict == Verdict::inconclusive && one.verdict.after.rounds == 0;
      comparison.series.push_back(std::move(one.verdict));
    }
    return comparison;
  }

 private:
  /// In the order of the earlier side, then those that are new.
  std::vector<std::string> ids() const {
    std::vector<std::string> order;
    std::set<std::string> had;
    for (const auto& side : {before_, after_}) {
      for (const Round& round : side) {
        for (const SeriesRound& row : round.series) {
          if (had.insert(row.id).second) order.push_back(row.id);
        }
      }
    }
    return order;
  }

  /// Whether the later side was to measure everything that the earlier one did.
  bool same_selection() const {
    const auto selects = [](const Round& round) {
      return std::tuple(round.preset, round.only, round.filter);
    };
    return std::all_of(after_.begin(), after_.end(), [&](const Round& round) {
      return round.complete && selects(round) == selects(before_.front());
    });
  }

  /// nullopt: neither side has anything to say of it.
  Known<Candidate> candidate(const std::string& id) {
    const Side& old = old_sides_[id];
    const Side& fresh = new_sides_[id];
    const SeriesRound* first = old.last() ? old.last() : fresh.last();
    Candidate one;
    SeriesVerdict& verdict = one.verdict;
    verdict.id = id;
    verdict.kernel = first->kernel;
    verdict.device = first->device;
    verdict.role = first->role;
    verdict.before = summary(old);
    verdict.after = summary(fresh);
    verdict.ceiling = first->companion.empty() ? first->ceiling : first->companion;
    const bool had = old.last() && was_measured(*old.last());
    const bool has = fresh.last() && was_measured(*fresh.last());
    if (!had && !has) return std::nullopt;
    if (!has) return gone(one, fresh);
    if (fresh.failed > 0) {
      verdict.verdict = Verdict::failed;
      verdict.reason = fresh.failure();
      return one;
    }
    if (!had || old.failed == old.rows.size()) {
      verdict.verdict = Verdict::added;
      return one;
    }
    if (const std::string why = not_comparable(old, fresh); !why.empty()) {
      verdict.verdict = Verdict::not_comparable;
      verdict.reason = why;
      return one;
    }
    measure(one, old, fresh);
    return one;
  }

  Known<Candidate> gone(Candidate& one, const Side& fresh) const {
    if (!fresh.last() && !same_selection()) return std::nullopt;
    one.verdict.verdict = Verdict::missing;
    one.verdict.reason = fresh.last() ? fresh.last()->reason : "it was not measured";
    return one;
  }

  std::string not_comparable(const Side& old, const Side& fresh) const {
    const bool was_quick = before_.front().preset == "quick",
               is_quick = after_.front().preset == "quick";
    if (was_quick != is_quick) {
      return "a " + before_.front().preset + " run before, a " + after_.front().preset +
             " one now: a quick one's intervals are three times as wide";
    }
    return obstacle(old, fresh);
  }

  void measure(Candidate& one, const Side& old, const Side& fresh) {
    SeriesVerdict& verdict = one.verdict;
    one.time = judge(old, fresh, figure_, single_, rules_);
    if (!rules_.across_machines) {
      one.relative = judge(old, fresh, &SeriesRound::relative, single_, rules_);
    }
    if (!one.time && !one.relative) {
      explain_lack(verdict, old, fresh);
      return;
    }
    if (one.time) verdict.time = one.time->change;
    if (one.relative) verdict.relative = one.relative->change;
    verdict.detectable = std::min(one.time ? one.time->detectable : INFINITY,
                                  one.relative ? one.relative->detectable : INFINITY);
    verdict.assumed = (one.time ? one.time : one.relative)->past.assumed;
    if (rules_.across_machines) {
      verdict.by_share = true;
      return;
    }
    if (const auto beside = judge(old, fresh, &SeriesRound::companion_seconds, single_, rules_)) {
      verdict.ceiling_time = beside->change;
    } else if (verdict.ceiling != verdict.id) {
      const Known<Judged> roof =
          judge(old_sides_[verdict.ceiling], new_sides_[verdict.ceiling], figure_, single_, rules_);
      if (roof) verdict.ceiling_time = roof->change;
    }
  }

  void explain_lack(SeriesVerdict& verdict, const Side& old, const Side& fresh) const {
    verdict.verdict = Verdict::inconclusive;
    const auto count = [](std::size_t n, const Side& side) {
      return std::to_string(n) + " of " + std::to_string(side.rows.size()) + " rounds";
    };
    if (rules_.across_machines) {
      verdict.reason = "its share of the roof is not known on both machines";
    } else if (fresh.used.empty()) {
      verdict.reason = fresh.contended > 0
                           ? "a neighbour kept the machine busy in " + count(fresh.contended, fresh)
                           : fresh.last()->reason;
      verdict.next = "roofmark doctor";
    } else {
      verdict.reason = "the earlier side has " + std::to_string(old.used.size()) +
                       " undisturbed rounds of it; " + std::to_string(fewest_rounds) +
                       " are the least, " + std::to_string(enough_rounds) + " are enough";
      verdict.next = more_rounds();
    }
  }

  std::string more_rounds() const {
    const std::string name = rules_.baseline.empty() ? "NAME" : rules_.baseline;
    if (before_.front().preset == import_preset) {
      return "roofmark import FILE --format gbench --here --campaign CAMPAIGN";
    }
    return "roofmark baseline save " + name + " --rounds " + std::to_string(enough_rounds);
  }

  void judge_together(std::vector<Candidate>& all) const {
    std::vector<double> time, relative;
    for (const Candidate& one : all) {
      if (one.time) time.push_back(one.time->change.p);
      if (one.relative) relative.push_back(one.relative->change.p);
    }
    const Limits limits{false_discovery_limit(time, false_discoveries),
                        false_discovery_limit(relative, false_discoveries)};
    for (Candidate& one : all) {
      if (one.time || one.relative) decide(one, limits);
    }
  }

  void decide(Candidate& one, const Limits& limits) const {
    SeriesVerdict& verdict = one.verdict;
    int direction = one.time ? one.time->direction(limits.time) : 0;
    if (rules_.across_machines) direction = -direction;  // more of the roof is better
    if (direction == 0 && one.relative) {
      direction = one.relative->direction(limits.relative);
      if (direction != 0 && is_of_the_probe(verdict, direction)) direction = 0;
      verdict.by_share = direction != 0;
    }
    if (direction != 0) {
      verdict.verdict = direction > 0 ? Verdict::slower : Verdict::faster;
      return;
    }
    // What scatters less knows better whether anything changed.
    const bool by_ratio =
        one.relative && (!one.time || one.relative->past.spread < one.time->past.spread);
    const Judged& judged = by_ratio ? *one.relative : *one.time;
    const bool large = std::fabs(std::log1p(judged.change.share)) > std::log1p(floor_of(rules_));
    if (!large) return;
    verdict.verdict = Verdict::inconclusive;
    verdict.reason = "the change is within what its rounds scatter";
    const bool measured = before_.front().preset != import_preset;
    verdict.next = judged.past.rounds < enough_rounds || rules_.baseline.empty() || !measured
                       ? more_rounds()
                       : "roofmark check --baseline " + rules_.baseline + " --rounds " +
                             std::to_string(2 * after_.size());
  }

  /// Whether a ratio moved for its probe's sake: a probe that became faster beside a kernel that
  /// did not is no slower kernel.  One whose own time moved by the floor besides is.
  bool is_of_the_probe(const SeriesVerdict& verdict, int direction) const {
    const Known<Shift>& probe = verdict.ceiling_time;
    if (!probe || !probe->outside || (probe->share > 0) == (direction > 0)) return false;
    const double own = verdict.time ? direction * std::log1p(verdict.time->share) : 0;
    return own <= std::log1p(floor_of(rules_));
  }

  std::span<const Round> before_, after_;
  const CompareRules& rules_;
  Sides old_sides_ = sides_of(before_), new_sides_ = sides_of(after_);
  Figure figure_ = &SeriesRound::seconds;
  bool single_ = false;
};

/// Their classes, where those are alike their identities.
std::string two_machines(const Round& a, const Round& b) {
  if (a.class_ != b.class_) return a.class_ + ", " + b.class_;
  return "both " + a.class_ + ": " + a.machine + ", " + b.machine;
}

void require_comparable(std::span<const Round> before, std::span<const Round> after,
                        const CompareRules& rules) {
  const Round& first = before.front();
  for (const auto& side : {before, after}) {
    for (const Round& round : side) {
      if (round.machine == first.machine || rules.across_machines) continue;
      throw InputError("the runs " + first.run + " and " + round.run +
                       " are of different machines (" + two_machines(first, round) +
                       "); compare their shares of roof with --across machines");
    }
  }
}

}  // namespace

Comparison compare(std::span<const Round> before, std::span<const Round> after,
                   const CompareRules& rules) {
  if (before.empty() || after.empty()) {
    throw InputError("there is nothing to compare (no run on one side); name two runs");
  }
  require_comparable(before, after, rules);
  Comparison comparison = Comparing(before, after, rules).take();
  if (before.size() < enough_rounds && before.size() >= fewest_rounds) {
    comparison.notes.push_back(std::to_string(before.size()) + " earlier rounds, and " +
                               std::to_string(enough_rounds) +
                               " are wanted: only what such few can find is judged");
  }
  return comparison;
}

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
    const bool whole = again[one.id].used.size() == reruns.size();
    one.confirmed = judged && whole && judged->direction(1) == wanted;
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
