#include "analyzer/tracking/compare.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "analyzer/numbers.h"
#include "analyzer/tracking/judged.h"
#include "analyzer/tracking/own_change.h"
#include "core/error.h"

namespace roofmark {
namespace {

/// The largest P that is believed, of times and of times over the probe's.
struct Limits {
  double time = 0, relative = 0;
};

const std::string quick = "quick";

/// "standard", "quick | standard" where rounds of a side were taken with several.
std::string presets_of(std::span<const Round> rounds) {
  std::set<std::string> presets;
  for (const Round& round : rounds) presets.insert(round.preset);
  std::string text;
  for (const std::string& preset : presets) text += (text.empty() ? "" : " | ") + preset;
  return text;
}

/// Whether some rounds are quick and others are not.
bool is_mixed(std::span<const Round> rounds) {
  const auto is_quick = [](const Round& round) { return round.preset == quick; };
  return std::any_of(rounds.begin(), rounds.end(), is_quick) &&
         !std::all_of(rounds.begin(), rounds.end(), is_quick);
}

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
    if (!has) return gone(one, old, fresh);
    if (fresh.failed > 0) {
      verdict.verdict = Verdict::failed;
      verdict.reason = fresh.failure();
      return one;
    }
    if (!had || old.failed == old.rows.size()) return begun(one, old);
    if (const std::string why = not_comparable(old, fresh); !why.empty()) {
      verdict.verdict = Verdict::not_comparable;
      verdict.reason = why;
      return one;
    }
    measure(one, old, fresh);
    return one;
  }

  /// New, or without any earlier round that measured it; then why.
  Known<Candidate> begun(Candidate& one, const Side& old) const {
    one.verdict.verdict = Verdict::added;
    if (old.failed > 0) {
      one.verdict.reason =
          "it failed in all " + std::to_string(old.failed) + " earlier rounds: " + old.failure();
      one.verdict.next = more_rounds();
    } else if (old.last()) {
      one.verdict.reason = "it was not measured before: " + old.last()->reason;
    }
    return one;
  }

  Known<Candidate> gone(Candidate& one, const Side& old, const Side& fresh) const {
    if (!fresh.last() && !same_selection()) return std::nullopt;
    one.verdict.verdict = Verdict::missing;
    one.verdict.reason = fresh.last() ? fresh.last()->reason : why_not_measured(*old.last());
    return one;
  }

  std::string why_not_measured(const SeriesRound& row) const {
    const bool fits = rules_.most_threads == 0 || row.threads <= rules_.most_threads;
    if (fits) return "it was not measured";
    return "it needs " + std::to_string(row.threads) + " threads, and this process may have " +
           std::to_string(rules_.most_threads);
  }

  std::string not_comparable(const Side& old, const Side& fresh) const {
    const std::string was = presets_of(before_), is = presets_of(after_);
    const bool was_quick = was == quick, is_quick = is == quick;
    const bool mixed = is_mixed(before_) || is_mixed(after_);
    if (mixed || was_quick != is_quick) {
      return was + " runs before, " + is +
             " ones now: a quick one's intervals are three times as wide";
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

  static std::string import_to(const std::string& campaign) {
    return "roofmark import FILE --format gbench --here --campaign " + campaign;
  }

  std::string more_rounds() const {
    const std::string name = rules_.baseline.empty() ? "NAME" : rules_.baseline;
    if (before_.front().preset == import_preset) return import_to("CAMPAIGN");
    const std::string again = rules_.baseline.empty() ? "" : " --replace";
    return "roofmark baseline save " + name + " --rounds " + std::to_string(enough_rounds) + again;
  }

  void judge_together(std::vector<Candidate>& all) const {
    std::vector<double> time, relative;
    std::vector<BesideProbe> beside;
    for (const Candidate& one : all) {
      if (one.time) time.push_back(one.time->change.p);
      if (one.relative) relative.push_back(one.relative->change.p);
      if (const auto moves = beside_probe(one)) beside.push_back(*moves);
    }
    const Limits limits{false_discovery_limit(time, false_discoveries),
                        false_discovery_limit(relative, false_discoveries)};
    const auto found = [&](const Known<Judged>& judged, std::size_t series) {
      constexpr double never = std::numeric_limits<double>::infinity();
      return judged ? detectable(judged->past, judged->fresh, floor_of(rules_), series) : never;
    };
    for (Candidate& one : all) {
      if (!one.time && !one.relative) continue;
      one.verdict.detectable =
          std::min(found(one.time, time.size()), found(one.relative, relative.size()));
      decide(one, limits, beside);
    }
  }

  /// nullopt: no probe was timed beside it on both sides.
  Known<BesideProbe> beside_probe(const Candidate& one) const {
    const SeriesVerdict& verdict = one.verdict;
    if (!one.time || !one.relative || !verdict.ceiling_time) return std::nullopt;
    return BesideProbe{.kernel = verdict.kernel,
                       .device = verdict.device,
                       .time = std::log1p(one.time->change.share),
                       .probe = std::log1p(verdict.ceiling_time->share),
                       .ratio = std::log1p(one.relative->change.share),
                       .probe_moved = verdict.ceiling_time->outside};
  }

  /// The ratio goes before the time: it knows what the machine did meanwhile.  Where both say the
  /// same beside a probe that stayed, that speaks which scatters less.
  void decide(Candidate& one, const Limits& limits, std::span<const BesideProbe> beside) const {
    SeriesVerdict& verdict = one.verdict;
    const int time = one.time ? one.time->direction(limits.time) : 0;
    int direction = rules_.across_machines ? -time : time;  // more of the roof is better
    const int ratio = one.relative ? one.relative->direction(limits.relative) : 0;
    const Known<BesideProbe> moves = ratio != 0 ? beside_probe(one) : std::nullopt;
    const Whose whose =
        moves ? whose_change(*moves, ratio, beside, floor_of(rules_)) : Whose::kernel;
    bool by_ratio = one.relative && (!one.time || scatters_less(*one.relative, *one.time));
    if (ratio != 0 && whose == Whose::kernel) {
      by_ratio = by_ratio || direction != ratio || (moves && moves->probe_moved);
      direction = ratio;
    } else if (ratio != 0 || direction != 0) {
      by_ratio = whose == Whose::unclear;
    }
    verdict.by_share = by_ratio || rules_.across_machines;
    if (ratio != 0 && whose == Whose::unclear) return leave_open(verdict, *moves, ratio);
    if (direction != 0) {
      verdict.verdict = direction > 0 ? Verdict::slower : Verdict::faster;
      verdict.by_both = time != 0 && time == ratio;
      return;
    }
    const Judged& judged = by_ratio ? *one.relative : *one.time;
    const bool large = std::fabs(std::log1p(judged.change.share)) > std::log1p(floor_of(rules_));
    if (large) {
      doubt(verdict, judged);
    } else if (ratio != 0) {
      verdict.reason = "its ceiling moved, and it did not";
    }
  }

  static bool scatters_less(const Judged& a, const Judged& b) {
    return a.past.spread < b.past.spread;
  }

  static std::string moved_by(double share) { return fixed(100 * std::fabs(share), 1) + " %"; }

  void leave_open(SeriesVerdict& verdict, const BesideProbe& moves, int ratio) const {
    verdict.verdict = Verdict::inconclusive;
    verdict.reason = "its ceiling takes " + moved_by(std::expm1(moves.probe)) +
                     (ratio > 0 ? " less" : " more") + " time and it " +
                     moved_by(std::expm1(moves.time)) + ": it may follow in part, or be " +
                     (ratio > 0 ? "slower" : "faster");
    verdict.unsettled = true;
    verdict.next = next_check(after_.size());
  }

  static std::string doubt_of(const SeriesVerdict& verdict, const Judged& judged) {
    if (judged.machine == MachinesPart::trifles) {
      return "its ceiling moved by " + moved_by(verdict.ceiling_time->share) + " and it by " +
             moved_by(verdict.relative->share) + " beside that: neither is beyond the floor";
    }
    if (judged.machine == MachinesPart::usual) {
      return "earlier rounds left their ceiling by as much when that took as long";
    }
    return judged.at_known_level() ? "a round of the earlier ones took as long already"
                                   : "the change is within what its rounds scatter";
  }

  void doubt(SeriesVerdict& verdict, const Judged& judged) const {
    verdict.verdict = Verdict::inconclusive;
    verdict.unsettled = true;
    verdict.reason = doubt_of(verdict, judged);
    verdict.next =
        judged.past.rounds < enough_rounds ? more_rounds() : next_check(2 * after_.size());
  }

  /// A check of so many rounds, where there is a baseline to name; else one to take.  Of a campaign
  /// that was taken beforehand one round more, and the same check.
  std::string next_check(std::size_t rounds) const {
    const bool judges_kept = !rules_.campaign.empty();
    const bool imported = before_.front().preset == import_preset;
    if (rules_.baseline.empty() || (imported && !judges_kept)) return more_rounds();
    const std::string check = "roofmark check --baseline " + rules_.baseline;
    if (!judges_kept) return check + " --rounds " + std::to_string(rounds);
    return one_more_round() + " && " + check + " --from " + rules_.campaign;
  }

  /// With the flags that a round tells of.
  std::string one_more_round() const {
    const Round& like = after_.back();
    if (like.preset == import_preset) return import_to(rules_.campaign);
    std::string text = "roofmark run --campaign " + rules_.campaign + " --preset " + like.preset;
    if (!like.only.empty()) text += " --only " + like.only;
    if (!like.filter.empty()) text += " --filter '" + like.filter + "'";
    return text;
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

}  // namespace roofmark
