#include <algorithm>
#include <cmath>

#include "analyzer/numbers.h"
#include "analyzer/plain_text.h"
#include "analyzer/tracking/comparison_text.h"
#include "analyzer/tracking/history.h"

namespace roofmark {
namespace {

constexpr std::size_t line_columns = 40, text_columns = 72;

std::string change_text(const History& history, const ChangePoint& change) {
  return signed_percent(change.share) + " at " + history.points[change.at].started;
}

std::string markers_text(const History& history, std::size_t first, std::size_t last) {
  std::string text;
  for (const Marker& marker : history.markers) {
    if (marker.at < first || marker.at > last) continue;
    for (const Difference& one : marker.differences) {
      text += "  marker   " + history.points[marker.at].started + "  " +
              plain(difference_text(one)) + "\n";
    }
  }
  return text;
}

}  // namespace

Table history_table(std::span<const History> all) {
  Table table({{"series"},
               {"rounds", Align::right},
               {"history"},
               {"newest", Align::right},
               {"of roof", Align::right},
               {"last change"}});
  std::vector<const History*> order;
  for (const History& one : all) order.push_back(&one);
  const auto changed = [](const History* one) {
    return one->changes.empty() ? std::string() : one->points[one->changes.back().at].started;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](const History* a, const History* b) { return changed(a) > changed(b); });
  for (const History* one : order) {
    const bool any = !one->points.empty();
    table.add(
        {one->id, std::to_string(one->points.size()),
         any ? sparkline(one->points, line_columns) : std::to_string(one->left_out) + " left out",
         any ? si(one->points.back().seconds, "s") : "",
         any ? percent(one->points.back().share) : "",
         one->changes.empty() ? "" : change_text(*one, one->changes.back())});
  }
  return table;
}

Table history_figures(std::span<const History> all) {
  Table table({{"id"},
               {"run"},
               {"started"},
               {"seconds", Align::right},
               {"share", Align::right},
               {"change", Align::right},
               {"p", Align::right},
               {"environment"},
               {"left_out", Align::right}});
  for (const History& one : all) {
    const std::string left_out = std::to_string(one.left_out);
    if (one.points.empty()) table.add({one.id, "", "", "", "", "", "", "", left_out});
    for (std::size_t i = 0; i < one.points.size(); ++i) {
      const HistoryPoint& point = one.points[i];
      const auto change = std::find_if(one.changes.begin(), one.changes.end(),
                                       [&](const ChangePoint& c) { return c.at == i; });
      const bool changed = change != one.changes.end();
      std::string around;
      for (const Marker& marker : one.markers) {
        if (marker.at != i) continue;
        for (const Difference& d : marker.differences) {
          around += (around.empty() ? "" : "; ") + difference_text(d);
        }
      }
      table.add({one.id, point.run, point.started, exact(point.seconds),
                 point.share ? exact(*point.share) : "", changed ? exact(change->share) : "",
                 changed ? exact(change->p) : "", around, left_out});
    }
  }
  return table;
}

std::string history_text(const History& history) {
  std::string text = plain(history.id) + "\n  " + std::to_string(history.points.size()) +
                     " rounds, " + std::to_string(history.left_out) +
                     " more were disturbed or have no time\n";
  if (history.points.empty()) return text;
  const auto [low, high] = std::minmax_element(
      history.points.begin(), history.points.end(),
      [](const HistoryPoint& a, const HistoryPoint& b) { return a.seconds < b.seconds; });
  text += "  " + sparkline(history.points, text_columns) + "  " + si(low->seconds, "s") + " to " +
          si(high->seconds, "s") + ", newest " + si(history.points.back().seconds, "s") + "\n";
  for (const ChangePoint& change : history.changes) {
    text += "  change   " + change_text(history, change) + ", from " + si(change.before, "s") +
            " to " + si(change.after, "s") + " (run " + history.points[change.at].run + ")\n";
  }
  return text + markers_text(history, 0, history.points.size());
}

}  // namespace roofmark
