// Histories as pictures on one page.
#include <algorithm>

#include "analyzer/numbers.h"
#include "analyzer/report/axes.h"
#include "analyzer/report/drawing.h"
#include "analyzer/report/markup.h"
#include "analyzer/report/page.h"
#include "analyzer/tracking/comparison_text.h"
#include "analyzer/tracking/history.h"

namespace roofmark {
namespace {

constexpr double width = 1080, height = 220, left = 98, right = 1040, top = 20, bottom = 180;

struct Axes {
  double rounds = 1;
  LogAxis seconds;
  double x(double at) const { return left + (right - left) * (at + 0.5) / rounds; }
  Spot at(std::size_t i, double value) const {
    return {x(static_cast<double>(i)), seconds.at(value)};
  }
};

Axes axes_of(const History& history) {
  const auto [low, high] = std::minmax_element(
      history.points.begin(), history.points.end(),
      [](const HistoryPoint& a, const HistoryPoint& b) { return a.seconds < b.seconds; });
  // At least 10 % from bottom to top, so that noise looks like noise.
  const double middle = (low->seconds + high->seconds) / 2;
  return {static_cast<double>(history.points.size()),
          {std::min(low->seconds, 0.95 * middle) / 1.01,
           std::max(high->seconds, 1.05 * middle) * 1.01, bottom, top}};
}

void draw_frame(Drawing& drawing, const Axes& axes, const History& history) {
  for (const double share : {0.0, 0.5, 1.0}) {
    const double y = bottom + share * (top - bottom);
    drawing.line({left, y}, {right, y}, "class=\"rm-decade\" stroke=\"#d8d8d8\"");
    drawing.text({left - 8, y + 4}, si(axes.seconds.value_at(y), "s"),
                 std::string(in_soft) + " text-anchor=\"end\"");
  }
  drawing.text({left, bottom + 20}, history.points.front().started, in_soft);
  drawing.text({right, bottom + 20}, history.points.back().started,
               std::string(in_soft) + " text-anchor=\"end\"");
}

void draw_markers(Drawing& drawing, const Axes& axes, const History& history) {
  for (const Marker& marker : history.markers) {
    std::string said;
    for (const Difference& one : marker.differences) said += difference_text(one) + "; ";
    const double x = axes.x(static_cast<double>(marker.at) - 0.5);
    drawing.line({x, top}, {x, bottom}, "stroke=\"#4477aa\" stroke-dasharray=\"3 3\"", said);
  }
}

/// Each stretch between change points at its median; the change at its foot.
void draw_changes(Drawing& drawing, const Axes& axes, const History& history) {
  for (std::size_t i = 0; i < history.changes.size(); ++i) {
    const ChangePoint& change = history.changes[i];
    const std::size_t first = i == 0 ? 0 : history.changes[i - 1].at;
    const bool last = i + 1 == history.changes.size();
    const std::size_t end = last ? history.points.size() : history.changes[i + 1].at;
    const char* median = "stroke=\"#c4314b\" stroke-width=\"2\"";
    drawing.line(axes.at(first, change.before), axes.at(change.at - 1, change.before), median);
    drawing.line(axes.at(change.at, change.after), axes.at(end - 1, change.after), median);
    const double x = axes.x(static_cast<double>(change.at) - 0.5);
    drawing.line({x, top}, {x, bottom}, "stroke=\"#c4314b\"",
                 signed_percent(change.share) + " at " + history.points[change.at].started);
    drawing.text({x + 4, top + 12}, signed_percent(change.share), in_ink);
  }
}

constexpr const char* legend =
    "One dot a run: the median seconds of a launch. Red: change points and the medians between "
    "them. "
    "Blue, dashed: the environment changed (hover says how).";

std::string picture(const History& history) {
  const Axes axes = axes_of(history);
  Drawing drawing;
  draw_frame(drawing, axes, history);
  draw_markers(drawing, axes, history);
  draw_changes(drawing, axes, history);
  for (std::size_t i = 0; i < history.points.size(); ++i) {
    const HistoryPoint& point = history.points[i];
    std::string said = si(point.seconds, "s") + ", " + point.started;
    if (point.share) said += ", " + percent(*point.share) + " of its roof";
    drawing.circle(axes.at(i, point.seconds), 3, "fill=\"#228833\"", said);
  }
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + pixels(width) + " " +
         pixels(height) + "\" font-family=\"sans-serif\" font-size=\"12\">" + drawing.body() +
         "</svg>";
}

std::string figure(const History& history) {
  return "<h3>" + markup_text(history.id) + "</h3><figure>" + picture(history) + "</figure>\n";
}

/// When it changed last; empty: never.
std::string changed_at(const History& history) {
  return history.changes.empty() ? "" : history.points[history.changes.back().at].started;
}

}  // namespace

std::string history_part(std::span<const History> all) {
  constexpr std::size_t fewest_points = 3, most_pictures = 8;
  std::size_t rounds = 0;
  std::vector<const History*> changed;
  for (const History& one : all) {
    rounds = std::max(rounds, one.points.size());
    if (!one.changes.empty()) changed.push_back(&one);
  }
  if (rounds < fewest_points) return {};
  std::stable_sort(changed.begin(), changed.end(), [](const History* a, const History* b) {
    return changed_at(*a) > changed_at(*b);
  });
  std::string html = "<h2>History</h2>\n<p class=\"soft\">" + std::to_string(changed.size()) +
                     " of " + std::to_string(all.size()) + " series changed in the last " +
                     std::to_string(rounds) + " stored runs of this machine";
  if (changed.size() > most_pictures) {
    html += "; the " + std::to_string(most_pictures) + " that did so last are drawn";
    changed.resize(most_pictures);
  }
  html += std::string(". ") + legend + "</p>\n";
  for (const History* one : changed) html += figure(*one);
  return html + "<details><summary>All series (" + std::to_string(all.size()) + ")</summary>\n" +
         html_table(history_table(all)) + "</details>\n";
}

std::string history_page(std::span<const History> all, const std::string& title) {
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta "
      "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\"><title>" +
      markup_text(title) + "</title><style>" + page_style() + "</style></head><body><h1>" +
      markup_text(title) + "</h1><p class=\"soft\">" + legend + "</p>\n";
  for (const History& one : all) {
    if (one.points.empty()) continue;
    page += figure(one);
  }
  return page + "</body></html>\n";
}

}  // namespace roofmark
