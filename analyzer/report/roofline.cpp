#include "analyzer/report/roofline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

#include "analyzer/numbers.h"
#include "analyzer/report/identity.h"
#include "analyzer/report/markup.h"

namespace roofmark {
namespace {

constexpr double width = 1080, left = 98, right = 806, top = 60, bottom = 560;
constexpr double room = 3;  // factor between the outermost datum and the edge of the picture

/// Least and largest of what is seen.
struct Extremes {
  double low = std::numeric_limits<double>::infinity(), high = 0;

  void see(Known<double> value) {
    if (!value || !std::isfinite(*value) || *value <= 0) return;
    low = std::min(low, *value);
    high = std::max(high, *value);
  }
  bool any() const { return high > 0; }
};

void see_figures(Extremes& extremes, const Ceiling& ceiling) {
  if (usable(ceiling)) extremes.see(ceiling.value);
  extremes.see(ceiling.theoretical);
  extremes.see(ceiling.datasheet);
}

}  // namespace

std::map<std::string, std::string> colours_of(const Analysis& analysis) {
  // Paul Tol's "bright" scheme, told apart by colour-blind readers and legible on white and on
  // black, then three of his "light" one.
  constexpr std::array<const char*, 9> scheme{"#4477AA", "#EE6677", "#228833", "#CCBB44", "#AA3377",
                                              "#66CCEE", "#EE8866", "#44BB99", "#999999"};
  std::set<std::string> kernels;
  for (const Point& point : analysis.points) kernels.insert(identity(point.id).kernel);
  std::map<std::string, std::string> colours;
  for (const std::string& kernel : kernels)
    colours[kernel] = scheme[colours.size() % scheme.size()];
  return colours;
}

Frame frame_of(const Panel& panel, std::map<std::string, std::string> colours) {
  Extremes slopes, flats, intensities, rates, measured, bounds;
  for (const Ceiling* ceiling : panel.slopes) see_figures(slopes, *ceiling);
  for (const Ceiling* ceiling : panel.others) see_figures(slopes, *ceiling);
  for (const Ceiling* ceiling : panel.flats) {
    see_figures(flats, *ceiling);
    if (usable(*ceiling)) measured.see(ceiling->value);
    bounds.see(ceiling->theoretical);
  }
  for (const Point* point : panel.points) {
    if (!plottable(*point)) continue;
    intensities.see(point->intensity);
    rates.see(point->achieved);
  }
  if (slopes.any() && flats.any()) {
    intensities.see(flats.high / slopes.low);
    intensities.see(flats.high / slopes.high);
  }
  Frame frame;
  frame.panel = &panel;
  frame.colours = std::move(colours);
  frame.x = {0.01, 1000, left, right};
  if (intensities.any()) {
    frame.x.low = intensities.low / room;
    frame.x.high = std::max(intensities.high, 3 * intensities.low) * room;
  }
  if (flats.any()) rates.see(flats.low);
  if (slopes.any()) rates.see(slopes.low * frame.x.low);
  rates.see(flats.any() ? flats.high : slopes.high * frame.x.high);
  frame.y = {1e6, 1e12, bottom, top};
  if (rates.any()) {
    frame.y.low = rates.low / 2;
    frame.y.high = std::max(rates.high, 3 * rates.low) * 2;
  }
  frame.top = measured.any() ? measured.high : bounds.any() ? bounds.high : frame.y.high;
  frame.top_bound = bounds.any() ? bounds.high : frame.top;
  return frame;
}

void draw_axes(Drawing& drawing, const Frame& frame) {
  for (const Tick& tick : ticks(frame.x, "")) {
    const double x = frame.x.at(tick.value);
    drawing.line({x, top}, {x, bottom},
                 tick.label.empty() ? "class=\"rm-grid\" stroke=\"#f0f0f0\""
                                    : "class=\"rm-decade\" stroke=\"#d8d8d8\"");
    if (tick.label.empty()) continue;
    drawing.text({x, bottom + 18}, tick.label,
                 "class=\"rm-soft\" text-anchor=\"middle\" fill=\"#555\"");
  }
  for (const Tick& tick : ticks(frame.y, "op/s")) {
    const double y = frame.y.at(tick.value);
    drawing.line({left, y}, {right, y},
                 tick.label.empty() ? "class=\"rm-grid\" stroke=\"#f0f0f0\""
                                    : "class=\"rm-decade\" stroke=\"#d8d8d8\"");
    if (tick.label.empty()) continue;
    drawing.text({left - 8, y + 4}, tick.label,
                 "class=\"rm-soft\" text-anchor=\"end\" fill=\"#555\"");
  }
  drawing.text({(left + right) / 2, bottom + 38},
               "arithmetic intensity [op/B], bytes that must move",
               "class=\"rm-ink\" text-anchor=\"middle\" fill=\"#222\"");
  drawing.turned_text({16, (top + bottom) / 2}, -90, "rate [op/s]",
                      "class=\"rm-ink\" text-anchor=\"middle\" fill=\"#222\"");
}

std::string left_out(const Panel& panel) {
  int flat = 0, refused = 0, missing = 0;
  for (const Point* point : panel.points) {
    if (point->grade == 'X') {
      ++refused;
    } else if (!usable(*point)) {
      ++missing;
    } else if (!plottable(*point)) {
      ++flat;
    }
  }
  std::string text;
  const auto add = [&](int count, const std::string& what) {
    if (count) text += (text.empty() ? "Not drawn: " : ", ") + std::to_string(count) + " " + what;
  };
  add(flat, "without arithmetic");
  add(refused, "refused");
  add(missing, "not measured");
  return text.empty() ? text : text + " (in the tables).";
}

std::string roofline_style() {
  return "@media (prefers-color-scheme:dark){.rm-bg{fill:#16191d}.rm-ink{fill:#e6e6e6}"
         ".rm-soft{fill:#a8b0b8}.rm-grid{stroke:#22262b}.rm-decade{stroke:#343a41}"
         ".rm-roof{stroke:#e6e6e6}.rm-halo{stroke:#16191d}.rm-hollow{fill:#16191d}"
         ".rm-dot{stroke:#16191d}}"
         "@media "
         "print{.rm-bg{fill:#fff}.rm-ink{fill:#222}.rm-soft{fill:#555}.rm-grid{stroke:#f0f0f0}"
         ".rm-decade{stroke:#d8d8d8}.rm-roof{stroke:#222}.rm-halo{stroke:#fff}.rm-hollow{fill:#fff}"
         ".rm-dot{stroke:#fff}}";
}

Picture roofline_svg(const Panel& panel, const std::map<std::string, std::string>& colours,
                     const std::string& title, const std::string& footnote, const std::string& id) {
  Frame frame = frame_of(panel, colours);
  Drawing drawing;
  drawing.text({left, 28}, title,
               "class=\"rm-ink\" font-size=\"18\" font-weight=\"600\" fill=\"#222\"");
  drawing.text({left, 47}, panel_name(panel.device, panel.threads),
               "class=\"rm-soft\" font-size=\"13\" fill=\"#555\"");
  draw_axes(drawing, frame);
  draw_roofs(drawing, frame);
  draw_points(drawing, frame);
  double height = bottom + 56;
  height += draw_legend(drawing, frame, height);
  for (const std::string& note : {left_out(panel), footnote}) {
    if (note.empty()) continue;
    drawing.text({left, height + 10}, note, in_soft);
    height += 18;
  }
  height += 10;
  const std::string description =
      "Log-log plot of attainable rate against arithmetic intensity. Solid lines are measured "
      "ceilings, "
      "dashed ones theoretical; markers are measured kernels. The same figures stand in the "
      "tables.";
  const std::string opening =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + pixels(width) + " " +
      pixels(height) + "\" role=\"img\" aria-labelledby=\"" + id + "-title " + id +
      "-desc\" font-family=\"system-ui,"
      "-apple-system,'Segoe UI','DejaVu Sans',Arial,sans-serif\" font-size=\"12\">\n<title id=\"" +
      id + "-title\">" + markup_text(title) + ", " +
      markup_text(panel_name(panel.device, panel.threads)) + "</title>\n<desc id=\"" + id +
      "-desc\">" + description + "</desc>\n<rect class=\"rm-bg\" width=\"" + pixels(width) +
      "\" height=\"" + pixels(height) + "\" fill=\"#fff\"/>\n";
  return {opening + drawing.body() + "</svg>\n", width, height};
}

}  // namespace roofmark
