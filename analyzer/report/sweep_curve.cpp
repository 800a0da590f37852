// A sweep over sizes as a picture.
#include <algorithm>
#include <cmath>

#include "analyzer/numbers.h"
#include "analyzer/report/axes.h"
#include "analyzer/report/drawing.h"
#include "analyzer/report/identity.h"
#include "analyzer/report/markup.h"
#include "analyzer/report/probe_tables.h"
#include "analyzer/sweep.h"

namespace roofmark {
namespace {

constexpr double width = 1080, height = 420, left = 98, right = 1040, top = 60, bottom = 360;

struct Axes {
  LogAxis size, rate;
  Spot at(double bytes, double value) const { return {size.at(bytes), rate.at(value)}; }
};

Axes axes_of(const Sweep& sweep) {
  const auto [low, high] = std::minmax_element(
      sweep.points.begin(), sweep.points.end(),
      [](const SweepPoint& a, const SweepPoint& b) { return a.value < b.value; });
  const double smallest = sweep.points.front().bytes, largest = sweep.points.back().bytes;
  return {{smallest / 1.3, std::max(largest, 2 * smallest) * 1.3, left, right},
          {low->value / 1.5, std::max(high->value, 2 * low->value) * 1.5, bottom, top}};
}

/// Powers of four: sizes of caches are told in binary units.
void draw_sizes(Drawing& drawing, const Axes& axes) {
  const double first = std::exp2(2 * std::ceil(std::log2(axes.size.low) / 2));
  for (double bytes = first; bytes <= axes.size.high; bytes *= 4) {
    const double x = axes.size.at(bytes);
    drawing.line({x, top}, {x, bottom}, "class=\"rm-decade\" stroke=\"#d8d8d8\"");
    std::string label = iec(bytes);  // "1 MiB", not "1.00 MiB": a power of two is exact
    const std::size_t point = label.find('.');
    if (point != std::string::npos) label.erase(point, label.find(' ') - point);
    drawing.text({x, bottom + 18}, label, std::string(in_soft) + " text-anchor=\"middle\"");
  }
  drawing.text({(left + right) / 2, bottom + 40}, "working set of all threads",
               std::string(in_ink) + " text-anchor=\"middle\"");
}

void draw_rates(Drawing& drawing, const Axes& axes) {
  for (const Tick& tick : ticks(axes.rate, "B/s")) {
    const double y = axes.rate.at(tick.value);
    drawing.line({left, y}, {right, y},
                 tick.label.empty() ? "class=\"rm-grid\" stroke=\"#f0f0f0\""
                                    : "class=\"rm-decade\" stroke=\"#d8d8d8\"");
    if (tick.label.empty()) continue;
    drawing.text({left - 8, y + 4}, tick.label, std::string(in_soft) + " text-anchor=\"end\"");
  }
}

void draw_caches(Drawing& drawing, const Axes& axes, const Sweep& sweep) {
  for (const CacheReach& cache : sweep.caches) {
    if (cache.bytes < axes.size.low || cache.bytes > axes.size.high) continue;
    const double x = axes.size.at(cache.bytes);
    const std::string text = level_name(cache.level) + " " + iec(cache.bytes);
    drawing.line({x, top}, {x, bottom},
                 "class=\"rm-roof\" stroke=\"#222\" stroke-width=\"1\" stroke-dasharray=\"2 4\"",
                 text + ", as the machine reports it");
    drawing.turned_text({x + 12, top + 4}, 90, text, in_soft);
  }
}

void draw_plateaus(Drawing& drawing, const Axes& axes, const Sweep& sweep) {
  for (const Plateau& plateau : sweep.plateaus) {
    const Spot from = axes.at(plateau.first_bytes, plateau.value),
               to = axes.at(plateau.last_bytes, plateau.value);
    const std::string name = plateau.level.empty() ? "plateau" : level_name(plateau.level);
    const std::string text = name + " " + si(plateau.value, "B/s");
    drawing.line(from, to,
                 "stroke=\"#4477AA\" stroke-width=\"5\" stroke-linecap=\"round\" opacity=\"0.5\"",
                 text + ", " + iec(plateau.first_bytes) + " to " + iec(plateau.last_bytes) + ", " +
                     std::to_string(plateau.points) + " sizes");
    drawing.text({(from.x + to.x) / 2, from.y - 10}, text,
                 "class=\"rm-ink rm-halo\" fill=\"#222\" stroke=\"#fff\" stroke-width=\"3\" "
                 "stroke-linejoin=\"round\" paint-order=\"stroke\" text-anchor=\"middle\"");
  }
}

void draw_curve(Drawing& drawing, const Axes& axes, const Sweep& sweep) {
  const SweepPoint* before = nullptr;
  for (const SweepPoint& point : sweep.points) {
    const Spot spot = axes.at(point.bytes, point.value);
    if (before) {
      drawing.line(axes.at(before->bytes, before->value), spot,
                   "class=\"rm-roof\" stroke=\"#222\" stroke-width=\"1\" opacity=\"0.6\"");
    }
    before = &point;
    drawing.circle(
        spot, 3,
        point.grade == 'C' ? "class=\"rm-roof rm-hollow\" fill=\"#fff\" stroke=\"#222\"" : in_ink,
        iec(point.bytes) + ": " + si(point.value, "B/s") + ", grade " + point.grade);
  }
}

}  // namespace

Picture sweep_svg(const Sweep& sweep, const std::string& id) {
  const Axes axes = axes_of(sweep);
  Drawing drawing;
  const std::string title = "Bandwidth over size, " + sweep_name(sweep);
  drawing.text({left, 28}, title, std::string(in_ink) + " font-size=\"18\" font-weight=\"600\"");
  drawing.text({left, 47},
               "lines: plateaus; dashed: caches as the machine reports them; hollow: grade C",
               in_soft);
  draw_sizes(drawing, axes);
  draw_rates(drawing, axes);
  draw_caches(drawing, axes, sweep);
  draw_curve(drawing, axes, sweep);
  draw_plateaus(drawing, axes, sweep);
  const std::string opening =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + pixels(width) + " " +
      pixels(height) + "\" role=\"img\" aria-labelledby=\"" + id + "-title " + id +
      "-desc\" font-family=\"system-ui,-apple-system,'Segoe UI','DejaVu Sans',Arial,sans-serif\" "
      "font-size=\"12\">\n<title id=\"" +
      id + "-title\">" + markup_text(title) + "</title>\n<desc id=\"" + id +
      "-desc\">Log-log plot of read bandwidth against the size of the working set. The same "
      "figures "
      "stand in the tables.</desc>\n<rect class=\"rm-bg\" width=\"" +
      pixels(width) + "\" height=\"" + pixels(height) + "\" fill=\"#fff\"/>\n";
  return {opening + drawing.body() + "</svg>\n", width, height};
}

}  // namespace roofmark
