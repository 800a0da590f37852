#include "analyzer/tracking/judged.h"

#include <algorithm>
#include <cmath>

#include "analyzer/tracking/usual_ratio.h"

namespace roofmark {
namespace {

constexpr double normal = 1e6;  // degrees of freedom of a spread that is known

/// What a verdict needs beyond the interval: the floor, and with a short past what it can find.
bool is_beyond(const Past& past, std::size_t fresh, const Shift& change, double floor) {
  const double size = std::fabs(std::log1p(change.share));
  if (size <= std::log1p(floor)) return false;
  if (past.assumed || past.rounds >= enough_rounds) return true;
  return size > std::log1p(least_of_few(past, fresh, floor));
}

/// The spread such that a single run's interval beside another's reaches unknown_spread.
Past guessed(const Past& past) {
  constexpr double z = 2.807;  // 99.75 % of a normal distribution lie below
  return assumed(past, std::log1p(unknown_spread) / (z * std::sqrt(2.0)), normal);
}

/// The change of another figure of the same rounds.
Known<Shift> change_in(const Side& before, const Side& after, Figure figure) {
  const std::vector<double> old = values(before, figure), fresh = values(after, figure);
  if (old.size() < fewest_rounds || fresh.empty()) return std::nullopt;
  return change_of(without_strays(old), fresh);
}

/// A probe that went the same way by more than half as much explains the time (explain()), even one
/// that scatters as far: then no trifle of its own may.
MachinesPart machines_part(const Side& before, const Side& after, const Shift& time, double floor) {
  const Known<Shift> probe = change_in(before, after, &SeriesRound::companion_seconds);
  const Known<Shift> ratio = change_in(before, after, &SeriesRound::relative);
  if (!probe || !ratio) return MachinesPart::some;
  const auto size = [](const Shift& part) { return std::fabs(std::log1p(part.share)); };
  if ((probe->share > 0) != (time.share > 0)) return MachinesPart::none;
  const bool explains = probe->outside || size(*probe) > size(time) / 2;
  const double least = std::log1p(floor);
  if (explains && size(*probe) <= least && size(*ratio) <= least) return MachinesPart::trifles;
  return probe->outside ? MachinesPart::some : MachinesPart::none;
}

MachinesPart part_in_ratio(const Side& before, const Side& after, const Shift& ratio,
                           double floor) {
  const Known<double> left = beyond_usual_ratio(before, after, floor);
  if (!left) return MachinesPart::none;
  const double own = ratio.share > 0 ? *left : -*left;
  return own > std::log1p(floor) ? MachinesPart::none : MachinesPart::usual;
}

}  // namespace

double floor_of(const CompareRules& rules) { return std::max(least_floor, rules.floor); }

Known<Judged> judge(const Side& before, const Side& after, Figure figure, bool single,
                    const CompareRules& rules) {
  const std::vector<double> old = values(before, figure), fresh = values(after, figure);
  if (old.empty() || fresh.empty()) return std::nullopt;
  Judged judged{.past = without_strays(old), .fresh = fresh.size()};
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
  if (figure == &SeriesRound::seconds) {
    judged.machine = machines_part(before, after, judged.change, floor_of(rules));
  }
  if (figure == &SeriesRound::relative) {
    judged.machine = part_in_ratio(before, after, judged.change, floor_of(rules));
  }
  judged.beyond_floor = is_beyond(judged.past, judged.fresh, judged.change, floor_of(rules));
  return judged;
}

}  // namespace roofmark
