// A study as a picture: seconds over what is swept.
#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "analyzer/numbers.h"
#include "analyzer/report/axes.h"
#include "analyzer/report/drawing.h"
#include "analyzer/report/markup.h"
#include "analyzer/report/roofline.h"
#include "analyzer/study.h"
#include "core/error.h"

namespace roofmark {
namespace {

constexpr double width = 1080, left = 98, right = 700, top = 60, bottom = 440;
constexpr double row_height = 18;  // of the legend, right of the curves
// Tol 2021, "bright" and "muted": told apart by readers who see colours differently.
constexpr std::array<const char*, 10> scheme{"#4477AA", "#EE6677", "#228833", "#CCBB44", "#AA3377",
                                             "#66CCEE", "#332288", "#882255", "#44AA99", "#999933"};

using Series = std::map<std::string, std::vector<const StudyRow*>>;

Series series_of(const Study& study) {
  Series series;
  for (const StudyRow& row : study.rows) {
    if (row.seconds && row.seconds->value > 0 && row.x > 0) series[row.series].push_back(&row);
  }
  for (auto& [name, rows] : series) {
    std::stable_sort(rows.begin(), rows.end(),
                     [](const StudyRow* a, const StudyRow* b) { return a->x < b->x; });
  }
  return series;
}

struct Axes {
  LogAxis x, seconds;
  Spot at(const StudyRow& row) const { return {x.at(row.x), seconds.at(row.seconds->value)}; }
};

Axes axes_of(const Series& series) {
  double least = 1e300, most = 0, fastest = 1e300, slowest = 0;
  for (const auto& [name, rows] : series) {
    for (const StudyRow* row : rows) {
      least = std::min(least, row->x);
      most = std::max(most, row->x);
      fastest = std::min(fastest, row->seconds->value);
      slowest = std::max(slowest, row->seconds->value);
    }
  }
  return {{least / 1.2, most * 1.2, left, right},
          {fastest / 1.5, std::max(slowest, 2 * fastest) * 1.5, bottom, top}};
}

void draw_axes(Drawing& drawing, const Axes& axes, const std::string& swept) {
  for (const Tick& tick : ticks(axes.x, "")) {
    const double x = axes.x.at(tick.value);
    drawing.line({x, top}, {x, bottom}, "class=\"rm-decade\" stroke=\"#d8d8d8\"");
    if (tick.label.empty()) continue;
    drawing.text({x, bottom + 18}, tick.label, std::string(in_soft) + " text-anchor=\"middle\"");
  }
  for (const Tick& tick : ticks(axes.seconds, "s")) {
    const double y = axes.seconds.at(tick.value);
    drawing.line({left, y}, {right, y}, "class=\"rm-decade\" stroke=\"#d8d8d8\"");
    if (tick.label.empty()) continue;
    drawing.text({left - 8, y + 4}, tick.label, std::string(in_soft) + " text-anchor=\"end\"");
  }
  drawing.text({(left + right) / 2, bottom + 40}, swept,
               std::string(in_ink) + " text-anchor=\"middle\"");
}

void draw_series(Drawing& drawing, const Axes& axes, const std::vector<const StudyRow*>& rows,
                 const std::string& colour) {
  for (std::size_t i = 1; i < rows.size(); ++i) {
    drawing.line(axes.at(*rows[i - 1]), axes.at(*rows[i]),
                 "stroke=\"" + colour + "\" stroke-width=\"1.5\"");
  }
  for (const StudyRow* row : rows) {
    const bool fits = !row->fits || *row->fits;
    drawing.circle(axes.at(*row), 3,
                   (fits ? "fill=\"" + colour : "class=\"rm-hollow\" fill=\"#fff") +
                       "\" stroke=\"" + colour + "\"",
                   row->series + ", " + exact(row->x) + ": " + si(row->seconds->value, "s") +
                       (fits ? "" : ", does not fit the memory"));
  }
}

std::string opening(const std::string& title, double height) {
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + pixels(width) + "\" height=\"" +
         pixels(height) + "\" viewBox=\"0 0 " + pixels(width) + " " + pixels(height) +
         "\" role=\"img\" aria-labelledby=\"study-title study-desc\" "
         "font-family=\"system-ui,-apple-system,'Segoe UI','DejaVu Sans',Arial,sans-serif\" "
         "font-size=\"12\">\n<style>" +
         roofline_style() + "</style>\n<title id=\"study-title\">" + markup_text(title) +
         "</title>\n<desc id=\"study-desc\">Log-log curves of the time at the roof. The same "
         "figures stand in the table.</desc>\n<rect class=\"rm-bg\" width=\"" +
         pixels(width) + "\" height=\"" + pixels(height) + "\" fill=\"#fff\"/>\n";
}

}  // namespace

std::string study_svg(const Study& study) {
  const Series series = series_of(study);
  const bool curve = std::any_of(series.begin(), series.end(),
                                 [](const auto& one) { return one.second.size() > 1; });
  if (study.swept.empty() || !curve) {
    throw InputError(
        "there is no curve to draw (numbers must be swept, and their times known); pass --sweep "
        "batch=1..256 and --hardware, or write a table");
  }
  const Axes axes = axes_of(series);
  Drawing drawing;
  drawing.text({left, 28}, study.title,
               std::string(in_ink) + " font-size=\"18\" font-weight=\"600\"");
  drawing.text({left, 47}, "time of a pass at the roof; hollow: more than the memory holds",
               in_soft);
  draw_axes(drawing, axes, study.swept);
  double y = top + 10;
  std::size_t index = 0;
  for (const auto& [name, rows] : series) {
    const std::string colour = scheme[index++ % scheme.size()];
    draw_series(drawing, axes, rows, colour);
    drawing.line({right + 16, y - 4}, {right + 40, y - 4},
                 "stroke=\"" + colour + "\" stroke-width=\"3\"");
    drawing.text({right + 46, y}, name, in_ink);
    y += row_height;
  }
  return opening(study.title, std::max(bottom + 60, y + 10)) + drawing.body() + "</svg>\n";
}

}  // namespace roofmark
