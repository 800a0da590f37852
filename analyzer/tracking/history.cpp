#include "analyzer/tracking/history.h"

#include <algorithm>
#include <map>

#include "analyzer/plain_text.h"
#include "analyzer/tracking/compare.h"

namespace roofmark {
namespace {

/// One series while its rounds are gone through.
struct Growing {
  History history;
  std::vector<double> seconds;
  const Round* last = nullptr;
};

void add(Growing& growing, const Round& round, const SeriesRound& row) {
  History& history = growing.history;
  if (!row.seconds || row.contended || row.grade == 'X') {
    ++history.left_out;
    return;
  }
  if (growing.last != nullptr && growing.last->environment != round.environment) {
    history.markers.push_back({history.points.size(), differences({growing.last, 1}, {&round, 1})});
  }
  history.points.push_back({round.run, round.started, *row.seconds, row.share});
  growing.seconds.push_back(*row.seconds);
  growing.last = &round;
}

bool is_quick(const Round& round) { return round.preset == "quick"; }

}  // namespace

std::vector<History> histories(std::span<const Round> rounds) {
  std::vector<std::string> order;
  std::map<std::string, Growing> all;
  for (const Round& round : rounds) {
    if (is_quick(round) != is_quick(rounds.back())) continue;
    for (const SeriesRound& row : round.series) {
      if (row.status == Status::unsupported || row.status == Status::skipped) continue;
      const auto [at, fresh] = all.try_emplace(row.id);
      if (fresh) {
        order.push_back(row.id);
        at->second.history.id = row.id;
      }
      add(at->second, round, row);
    }
  }
  std::vector<History> said;
  for (const std::string& id : order) {
    Growing& growing = all[id];
    growing.history.changes = change_points(growing.seconds);
    said.push_back(std::move(growing.history));
  }
  return said;
}

std::string left_out_text(std::span<const Round> rounds) {
  if (rounds.empty()) return {};
  const bool quick = is_quick(rounds.back());
  const auto others = std::count_if(rounds.begin(), rounds.end(),
                                    [&](const Round& one) { return is_quick(one) != quick; });
  if (others == 0) return {};
  return std::to_string(others) + " of " + std::to_string(rounds.size()) + " rounds are " +
         (quick ? "no quick ones as the newest is" : "quick ones, which the newest is not") +
         ", and left out (a history is of one sort)";
}

std::string disturbed_text(std::span<const History> all) {
  std::size_t rounds = 0, series = 0, blank = 0;
  std::string first;
  for (const History& one : all) {
    if (one.left_out == 0) continue;
    rounds += one.left_out;
    ++series;
    if (!one.points.empty()) continue;
    if (++blank == 1) first = one.id;
  }
  if (rounds == 0) return {};
  std::string text = std::to_string(rounds) + (rounds == 1 ? " round" : " rounds") + " of " +
                     std::to_string(series) + " series " + (rounds == 1 ? "was" : "were") +
                     " disturbed or " + (rounds == 1 ? "has" : "have") + " no time, and left out";
  if (blank == 0) return text;
  text += "; of " + std::to_string(blank) + " series nothing is left (" + plain(first);
  if (blank > 1) text += " and " + std::to_string(blank - 1) + " more";
  return text + ")";
}

std::string sparkline(std::span<const HistoryPoint> points, std::size_t columns) {
  constexpr double least_height = 0.05;  // of the fastest: less than that is drawn as little
  static constexpr const char* bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const auto shown = points.last(std::min(columns, points.size()));
  if (shown.empty()) return {};
  const auto [low, high] = std::minmax_element(
      shown.begin(), shown.end(),
      [](const HistoryPoint& a, const HistoryPoint& b) { return a.seconds < b.seconds; });
  const double height = std::max(high->seconds - low->seconds, least_height * low->seconds);
  std::string line;
  for (const HistoryPoint& point : shown) {
    const double at = height > 0 ? (point.seconds - low->seconds) / height : 0;
    line += bars[std::min<std::size_t>(7, static_cast<std::size_t>(8 * at))];
  }
  return line;
}

}  // namespace roofmark
