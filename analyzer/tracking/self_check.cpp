#include "analyzer/tracking/self_check.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "analyzer/numbers.h"
#include "analyzer/tracking/evidence.h"
#include "core/error.h"

namespace roofmark {
namespace {

Known<double> spread_of(const Side& side, Figure figure) {
  const std::vector<double> all = values(side, figure);
  if (all.size() < 2) return std::nullopt;
  return past_of(all).spread;
}

/// `all`: how many series are judged together.
SelfCheckedSeries described(const std::string& id, const Side& side, double floor,
                            std::size_t all) {
  SelfCheckedSeries series{.id = id, .rounds = side.used.size()};
  series.seconds = median_of(side, &SeriesRound::seconds);
  series.spread = spread_of(side, &SeriesRound::seconds);
  series.relative_spread = spread_of(side, &SeriesRound::relative);
  if (!series.spread) return series;
  // At the better of both: either finds a slow kernel.
  const double best = std::min(*series.spread, series.relative_spread.value_or(*series.spread));
  Past past;
  past.rounds = enough_rounds;
  past.spread = best;
  past.freedom = static_cast<double>(enough_rounds - 1);
  constexpr double highest = 1.736;  // of fifteen normal values, in spreads (Tippett, 1925)
  past.highest = highest * best;
  series.detectable = detectable(past, check_rounds, floor, all);
  return series;
}

}  // namespace

SelfCheck self_check(std::span<const Round> rounds, const CompareRules& rules) {
  constexpr std::size_t after = check_rounds + confirming_rounds;
  if (rounds.size() < fewest_rounds + after) {
    throw InputError(std::to_string(rounds.size()) + " rounds make no check (" +
                     std::to_string(fewest_rounds) + " for a baseline and " +
                     std::to_string(after) + " more are the least); name a campaign of " +
                     std::to_string(enough_rounds + after) + ", or leave out --from");
  }
  SelfCheck checked;
  checked.rounds = rounds.size();
  checked.baseline = std::min(enough_rounds, rounds.size() - after);
  checked.fresh = check_rounds;
  std::map<std::string, std::size_t> alarms;
  for (std::size_t at = 0; at + checked.baseline + after <= rounds.size(); ++at) {
    const auto before = rounds.subspan(at, checked.baseline);
    const auto fresh = rounds.subspan(at + checked.baseline, check_rounds);
    const auto again = rounds.subspan(at + checked.baseline + check_rounds, confirming_rounds);
    Comparison comparison = compare(before, fresh, rules);
    for (const SeriesVerdict& one : comparison.series) checked.judged += one.time || one.relative;
    for (const std::string& id : flagged(comparison)) {
      ++alarms[id];
      ++checked.alarms;
    }
    confirm(comparison, before, fresh, again, rules);
    checked.confirmed += comparison.regressed();
    ++checked.checks;
  }
  Sides sides = sides_of(rounds);
  std::erase_if(sides, [](const auto& one) { return !was_measured(*one.second.last()); });
  for (const auto& [id, side] : sides) {
    checked.series.push_back(described(id, side, std::max(least_floor, rules.floor), sides.size()));
    checked.series.back().alarms = alarms[id];
  }
  return checked;
}

Table self_check_table(const SelfCheck& checked) {
  Table table({{"series"},
               {"rounds", Align::right},
               {"seconds", Align::right},
               {"spread", Align::right},
               {"over its ceiling", Align::right},
               {"slowdown found", Align::right},
               {"alarms", Align::right}});
  std::vector<const SelfCheckedSeries*> order;
  for (const SelfCheckedSeries& one : checked.series) order.push_back(&one);
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return a->detectable.value_or(INFINITY) > b->detectable.value_or(INFINITY);
  });
  for (const SelfCheckedSeries* one : order) {
    table.add({one->id, std::to_string(one->rounds), one->seconds ? si(*one->seconds, "s") : "",
               percent(one->spread), percent(one->relative_spread), percent(one->detectable),
               std::to_string(one->alarms)});
  }
  return table;
}

std::string self_check_text(const SelfCheck& checked) {
  std::vector<double> found;
  for (const SelfCheckedSeries& one : checked.series) {
    if (one.detectable) found.push_back(*one.detectable);
  }
  std::sort(found.begin(), found.end());
  std::string text =
      std::to_string(checked.checks) + " checks of " + std::to_string(checked.fresh) +
      " rounds beside " + std::to_string(checked.baseline) + ": " + std::to_string(checked.alarms) +
      " of " + std::to_string(checked.judged) + " series called different before confirmation, " +
      std::to_string(checked.confirmed) + " checks with a confirmed slowdown\n";
  if (!found.empty()) {
    text += "a check with a baseline of " + std::to_string(enough_rounds) +
            " rounds finds slowdowns of " + percent(found.front()) + " to " +
            percent(found.back()) + ", in half of the series of " +
            percent(found[found.size() / 2]) + "\n";
  }
  return text;
}

}  // namespace roofmark
