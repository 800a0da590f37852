// The bar lists of the page: how close each operator comes to its roof.
#include <algorithm>
#include <set>
#include <utility>

#include "analyzer/numbers.h"
#include "analyzer/report/drawing.h"
#include "analyzer/report/identity.h"
#include "analyzer/report/markup.h"
#include "analyzer/report/page.h"

namespace roofmark {
namespace {

constexpr double full = 280;  // pixels of 100 %; the rest of the 340 shows what lies above it
constexpr double most = 1.2;  // share at the right end

double length_of(double share) { return full * std::clamp(share, 0.0, most); }

/// A bar of the share; a line across it where the theoretical roof's share ends.
std::string bar(const Point& point, const std::string& colour) {
  Drawing drawing;
  const auto box = [](double width) {
    return std::vector<Spot>{{0, 2}, {width, 2}, {width, 14}, {0, 14}};
  };
  drawing.polygon(box(full), "class=\"track\"");
  if (point.bound == "launch" && point.overhead_share) {
    drawing.polygon(box(length_of(*point.overhead_share)), "fill=\"#999999\" opacity=\"0.55\"",
                    overhead_name(identity(point.id).device) + ": " +
                        percent(point.overhead_share) + " of the time");
  } else if (point.share_measured) {
    drawing.polygon(box(length_of(*point.share_measured)),
                    "fill=\"" + colour + "\"" + (point.grade == 'C' ? " opacity=\"0.45\"" : ""),
                    percent(point.share_measured) + " of the measured roof");
  }
  if (point.share_theoretical && point.bound != "launch") {
    const double x = length_of(*point.share_theoretical);
    drawing.line({x, 0}, {x, 16}, "class=\"mark\" stroke-width=\"2\"",
                 percent(point.share_theoretical) + " of the theoretical roof");
  }
  return "<svg viewBox=\"0 0 340 16\" role=\"img\" aria-label=\"" + percent(point.share_measured) +
         "\">" + drawing.body() + "</svg>";
}

std::string verdict(const Point& point) {
  if (point.bound == "launch") {
    return "launch-bound" + (point.overhead_share ? ": " + percent(point.overhead_share) + " is " +
                                                        overhead_name(identity(point.id).device)
                                                  : std::string());
  }
  if (!point.share_measured) return "share unknown";
  std::string text = percent(point.share_measured);
  if (!point.bound.empty()) text += " of " + point.bound;
  if (point.share_launched) text += ", " + percent(point.share_launched) + " with launches";
  if (*point.share_measured > 1.02) text += ", over its roof";
  if (point.overhead_share.value_or(0) >= noticeable_overhead) {
    text +=
        ", " + percent(point.overhead_share) + " is " + overhead_name(identity(point.id).device);
  }
  return point.grade == 'C' ? text + ", grade C" : text;
}

std::string row(const PointGroup& group, const std::string& colour) {
  const Point& point = *group.point;
  const Identity parts = identity(point.id);
  return "<tr><td>" + markup_text(group.names, 80) + " <span class=\"soft\">" +
         markup_text(parts.variant + " " + parts.format + ", " + memory_name(parts), 80) +
         "</span></td><td class=\"num\">" + si(point.seconds, "s") + "</td><td>" +
         bar(point, colour) + "</td><td>" + markup_text(verdict(point)) + "</td></tr>\n";
}

/// The fastest variant of each operator and shape, which stands for it, longest first.
std::vector<PointGroup> fastest(const Panel& panel) {
  std::vector<const Point*> points;
  for (const Point* point : panel.points) {
    if (usable(*point)) points.push_back(point);
  }
  std::stable_sort(points.begin(), points.end(),
                   [](const Point* a, const Point* b) { return *a->seconds < *b->seconds; });
  std::set<std::pair<std::string, std::string>> seen;
  std::vector<const Point*> chosen;
  for (const Point* point : points) {
    if (seen.emplace(point_name(*point) + "\n" + identity(point->id).shape, point->phase).second) {
      chosen.push_back(point);
    }
  }
  std::stable_sort(chosen.begin(), chosen.end(),
                   [](const Point* a, const Point* b) { return *a->seconds > *b->seconds; });
  return grouped(chosen);
}

}  // namespace

std::string share_bars(const Panel& panel, const std::map<std::string, std::string>& colours) {
  const std::vector<PointGroup> chosen = fastest(panel);
  std::set<std::string> phases;
  for (const PointGroup& group : chosen) phases.insert(group.point->phase);
  std::string html;
  for (const std::string& phase : phases) {
    html += "<h3>" + (phase.empty() ? "No phase" : markup_text(phase, 40)) +
            "</h3>\n<div class=\"wide\"><table class=\"bars\">\n";
    for (const PointGroup& group : chosen) {
      if (group.point->phase == phase)
        html += row(group, colours.at(identity(group.point->id).kernel));
    }
    html += "</table></div>\n";
  }
  return html;
}

}  // namespace roofmark
