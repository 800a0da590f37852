// The ceilings of a roofline: slopes, flats, ridges and their labels.
#include <algorithm>
#include <cmath>
#include <set>

#include "analyzer/numbers.h"
#include "analyzer/plain_text.h"
#include "analyzer/report/identity.h"
#include "analyzer/report/roofline.h"

namespace roofmark {
namespace {

constexpr double font = 12;      // pixels, of every label here
constexpr double same_line = 3;  // pixels: nearer than this, two lines are seen as one
constexpr double pi = 3.14159265358979323846;

/// How a ceiling is drawn: what was measured is solid, boldest where it makes the roof.
enum class Line { roof, lesser, other, theoretical, datasheet };

std::string style_of(Line line) {
  const std::string ink = "class=\"rm-roof\" stroke=\"#222\" ";
  switch (line) {
    case Line::roof:
      return ink + "stroke-width=\"2.4\" stroke-linecap=\"round\"";
    case Line::lesser:
      return ink + "stroke-width=\"1.1\" opacity=\"0.8\"";
    case Line::other:
      return ink + "stroke-width=\"1\" opacity=\"0.28\"";
    case Line::theoretical:
      return ink + "stroke-width=\"1.2\" stroke-dasharray=\"7 4\" opacity=\"0.75\"";
    case Line::datasheet:
      return ink + "stroke-width=\"1.2\" stroke-dasharray=\"9 3 2 3\" opacity=\"0.75\"";
  }
  return {};
}

// Grade C: short strokes across the line.
constexpr const char* hatch =
    "class=\"rm-roof\" stroke=\"#222\" stroke-width=\"8\" stroke-dasharray=\"1 7\" opacity=\"0.8\"";
constexpr const char* label_style =
    "class=\"rm-ink rm-halo\" fill=\"#222\" stroke=\"#fff\" stroke-width=\"3\" "
    "stroke-linejoin=\"round\" paint-order=\"stroke\"";

bool positive(Known<double> value) { return value && std::isfinite(*value) && *value > 0; }

/// "L2 read avx512: measured 820 GB/s [810 830], grade A; theoretical 941 GB/s, of which 87.1 %"
std::string hover(const Ceiling& ceiling) {
  std::string text =
      ceiling_name(ceiling) + ", " + place_name(ceiling.device, ceiling.threads) + ": ";
  if (usable(ceiling)) {
    text += "measured " + ceiling_value(ceiling, ceiling.value) + " " +
            si_interval(ceiling.low, ceiling.high, *ceiling.value,
                        ceiling.kind == "compute" ? "op/s" : "B/s") +
            ", grade " + ceiling.grade;
  } else {
    text += "not measured";
  }
  if (ceiling.theoretical) text += "; theoretical " + ceiling_value(ceiling, ceiling.theoretical);
  if (ceiling.share) text += " (" + percent(ceiling.share) + " reached)";
  if (ceiling.datasheet) text += "; data sheet " + ceiling_value(ceiling, ceiling.datasheet);
  return ceiling.reason.empty() ? text : text + "; " + ceiling.reason;
}

/// "L2 read 820 GB/s \u00b7 87 %": what stands beside a line.
std::string label(const Ceiling& ceiling) {
  std::string name =
      ceiling.kind == "compute"
          ? ceiling.format + (ceiling.variant.empty() ? "" : " " + ceiling.variant)
          : level_name(ceiling.level) + (ceiling.kernel.empty() ? "" : " " + ceiling.kernel);
  if (name.empty()) name = ceiling_name(ceiling);
  // The figure after it must keep its place at the edge.
  const std::string text = plain_within(name, 18) + " ";
  if (usable(ceiling)) {
    return text + ceiling_value(ceiling, ceiling.value) +
           (ceiling.share ? " \u00b7 " + percent(ceiling.share) : std::string()) +
           (ceiling.grade == 'C' ? " \u00b7 C" : "");
  }
  if (positive(ceiling.theoretical))
    return text + ceiling_value(ceiling, ceiling.theoretical) + " theory";
  return text + ceiling_value(ceiling, ceiling.datasheet) + " data sheet";
}

/// Measured, else theoretical, else the data sheet's.
double drawn_value(const Ceiling& ceiling) {
  if (usable(ceiling)) return *ceiling.value;
  return positive(ceiling.theoretical) ? *ceiling.theoretical : *ceiling.datasheet;
}

void draw(Drawing& drawing, Frame& frame, Spot from, Spot to, const Ceiling& ceiling, Line line) {
  drawing.line(from, to, style_of(line), hover(ceiling));
  if (line == Line::other) return;
  if ((line == Line::roof || line == Line::lesser) && ceiling.grade == 'C') {
    drawing.line(from, to, hatch, hover(ceiling));
  }
  const double length = std::hypot(to.x - from.x, to.y - from.y);
  frame.lines.take(text_boxes(from.x, from.y, length, 2, std::atan2(to.y - from.y, to.x - from.x)));
}

/// From the left edge, or the bottom, up to the flat at `top`.
void draw_slope(Drawing& drawing, Frame& frame, const Ceiling& ceiling, double bandwidth,
                double top, Line line) {
  const double from = std::max(frame.x.low, frame.y.low / bandwidth);
  const double to = std::min(frame.x.high, top / bandwidth);
  if (to <= from) return;
  draw(drawing, frame, frame.at(from, bandwidth * from), frame.at(to, bandwidth * to), ceiling,
       line);
}

/// From where the steepest slope reaches it to the right edge.
void draw_flat(Drawing& drawing, Frame& frame, const Ceiling& ceiling, double rate, double steepest,
               Line line) {
  const double from =
      steepest > 0 ? std::clamp(rate / steepest, frame.x.low, frame.x.high) : frame.x.low;
  draw(drawing, frame, frame.at(from, rate), frame.at(frame.x.high, rate), ceiling, line);
}

double highest(const std::vector<const Ceiling*>& ceilings, Known<double> Ceiling::*figure,
               double otherwise) {
  double most = 0;
  for (const Ceiling* ceiling : ceilings) {
    const bool counts = figure != &Ceiling::value || usable(*ceiling);
    if (counts && positive(ceiling->*figure)) most = std::max(most, *(ceiling->*figure));
  }
  return most > 0 ? most : otherwise;
}

/// Slopes are parallel: their distances and places are those along and across their common
/// direction.
struct Direction {
  double radians = 0;
  double across(const Frame& frame, double bandwidth) const {  ///< grows towards the upper left
    const Spot spot = frame.at(frame.x.low, bandwidth * frame.x.low);
    return -(spot.y - frame.y.from) * std::cos(radians) +
           (spot.x - frame.x.from) * std::sin(radians);
  }
};

struct SlopeLabel {
  std::string text;
  double bandwidth, top;
};

/// Beside its line, where neither another line nor another text is; false: nowhere.
bool place_slope_label(Drawing& drawing, Frame& frame, const Direction& direction,
                       const SlopeLabel& label, const std::vector<double>& lines) {
  const double from = std::max(frame.x.low, frame.y.low / label.bandwidth);
  const double to = std::min(frame.x.high, label.top / label.bandwidth);
  if (to <= from) return false;
  const Spot begin = frame.at(from, label.bandwidth * from),
             end = frame.at(to, label.bandwidth * to);
  const double length = std::hypot(end.x - begin.x, end.y - begin.y);
  const double text_length = text_width(label.text, font),
               own = direction.across(frame, label.bandwidth);
  for (const double offset : {6.0, -15.0}) {  // above the line, else below it
    const bool crossed = std::any_of(lines.begin(), lines.end(), [&](double line) {
      return std::abs(line - own) > same_line && line > own + offset - 3 &&
             line < own + offset + font;
    });
    if (crossed) continue;
    for (double along = 12; along + text_length + 8 < length; along += 16) {
      const double c = std::cos(direction.radians), s = std::sin(direction.radians);
      const Spot at{begin.x + along * c - offset * -s, begin.y + along * s - offset * c};
      const auto boxes = text_boxes(at.x, at.y, text_length, 9, direction.radians);
      if (!frame.placer.free(boxes)) continue;
      frame.placer.take(boxes);
      drawing.turned_text(at, direction.radians * 180 / pi, label.text, label_style);
      return true;
    }
  }
  return false;
}

void label_slopes(Drawing& drawing, Frame& frame) {
  const Direction direction{std::atan2(frame.y.pixels_per_decade(), frame.x.pixels_per_decade())};
  std::vector<double> lines;
  for (const Ceiling* ceiling : frame.panel->slopes) {
    if (usable(*ceiling)) lines.push_back(direction.across(frame, *ceiling->value));
    if (positive(ceiling->theoretical))
      lines.push_back(direction.across(frame, *ceiling->theoretical));
    if (positive(ceiling->datasheet)) lines.push_back(direction.across(frame, *ceiling->datasheet));
  }
  for (const Ceiling* ceiling : frame.panel->slopes) {
    const std::string place =
        ceiling->threads == frame.panel->threads ? "" : " at " + threads_name(ceiling->threads);
    const SlopeLabel wanted{label(*ceiling) + place, drawn_value(*ceiling),
                            usable(*ceiling) ? frame.top : frame.top_bound};
    if (place_slope_label(drawing, frame, direction, wanted, lines)) continue;
    place_slope_label(drawing, frame, direction, wanted, {});  // across a line rather than nowhere
  }
}

/// At the right edge, moved apart, each led to by a short line.
void label_flats(Drawing& drawing, Frame& frame) {
  struct Entry {
    double y;
    std::string text;
  };
  std::vector<Entry> entries;
  for (const Ceiling* ceiling : frame.panel->flats) {
    entries.push_back({frame.y.at(drawn_value(*ceiling)), label(*ceiling)});
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.y < b.y; });
  std::vector<double> positions;
  positions.reserve(entries.size());
  for (const Entry& entry : entries) positions.push_back(entry.y);
  positions = spread(positions, font + 3, frame.y.to, frame.y.from);
  const double edge = frame.x.to;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    drawing.line({edge, entries[i].y}, {edge + 12, positions[i]},
                 "class=\"rm-roof\" stroke=\"#222\" stroke-width=\"0.8\" opacity=\"0.6\"");
    drawing.text({edge + 16, positions[i] + 4}, entries[i].text, in_ink);
  }
}

/// The main roof's ridge: the farthest level's slope under the highest flat.
void draw_ridge(Drawing& drawing, Frame& frame, double bandwidth, const std::string& level) {
  const double intensity = frame.top / bandwidth;
  if (intensity <= frame.x.low || intensity >= frame.x.high) return;
  const Spot ridge = frame.at(intensity, frame.top);
  const double floor = frame.y.from;
  const std::string text = "ridge " + plain_number(intensity) + " op/B";
  drawing.polygon({frame.at(std::max(frame.x.low, frame.y.low / bandwidth),
                            std::max(frame.y.low, bandwidth * frame.x.low)),
                   ridge,
                   {ridge.x, floor},
                   {frame.x.from, floor}},
                  "fill=\"#4477AA\" opacity=\"0.07\"", "memory-bound below " + level);
  drawing.polygon({ridge, {frame.x.to, ridge.y}, {frame.x.to, floor}, {ridge.x, floor}},
                  "fill=\"#EE8866\" opacity=\"0.08\"", "compute-bound");
  drawing.line(ridge, {ridge.x, floor},
               "class=\"rm-roof\" stroke=\"#222\" stroke-width=\"1\" stroke-dasharray=\"2 4\" "
               "opacity=\"0.8\"",
               text + ": left of it memory binds, right of it arithmetic");
  const double text_length = text_width(text, font);
  const bool right = ridge.x + 12 + text_length < frame.x.to;
  const Spot at{right ? ridge.x + 6 : ridge.x - 6 - text_length, floor - 26};
  frame.placer.take(text_boxes(at.x, at.y, text_length, font, 0));
  drawing.text(at, text, label_style);
  const auto zone = [&](const std::string& name, double from, double to) {
    const double length = text_width(name, font), x = (from + to - length) / 2;
    if (x < from + 4) return;
    frame.placer.take(text_boxes(x, floor - 8, length, font, 0));
    drawing.text({x, floor - 8}, name, in_soft);
  };
  zone("memory-bound", frame.x.from, ridge.x);
  zone("compute-bound", ridge.x, frame.x.to);
}

/// A ring where each level's slope meets the highest flat.
void draw_corners(Drawing& drawing, const Frame& frame) {
  for (const Ceiling* ceiling : frame.panel->slopes) {
    if (!usable(*ceiling)) continue;
    const double intensity = frame.top / *ceiling->value;
    if (intensity <= frame.x.low || intensity >= frame.x.high) continue;
    drawing.circle(frame.at(intensity, frame.top), 3.5,
                   "class=\"rm-hollow rm-roof\" fill=\"#fff\" stroke=\"#222\" stroke-width=\"1.4\"",
                   level_name(ceiling->level) + " ridge: " + plain_number(intensity) + " op/B");
  }
}

}  // namespace

void draw_roofs(Drawing& drawing, Frame& frame) {
  const Panel& panel = *frame.panel;
  const auto last = std::find_if(panel.slopes.rbegin(), panel.slopes.rend(),
                                 [](const Ceiling* ceiling) { return usable(*ceiling); });
  // A cache's slope is no substitute: left of its ridge the memory would bind long before.
  const bool ridge = last != panel.slopes.rend() && (*last)->level == "dram" &&
                     highest(panel.flats, &Ceiling::value, 0) > 0;
  if (ridge) draw_ridge(drawing, frame, *(*last)->value, level_name((*last)->level));
  const double steepest = highest(panel.slopes, &Ceiling::value, 0);
  const double steepest_bound = highest(panel.slopes, &Ceiling::theoretical, steepest);
  for (const Ceiling* c : panel.others)
    draw_slope(drawing, frame, *c, *c->value, frame.top, Line::other);
  for (const Ceiling* c : panel.slopes) {
    const double top = frame.top_bound;
    if (positive(c->theoretical))
      draw_slope(drawing, frame, *c, *c->theoretical, top, Line::theoretical);
    if (positive(c->datasheet)) draw_slope(drawing, frame, *c, *c->datasheet, top, Line::datasheet);
    if (usable(*c)) draw_slope(drawing, frame, *c, *c->value, frame.top, Line::roof);
  }
  std::set<std::string> formats;  // whose highest flat, which comes first, is drawn
  for (const Ceiling* c : panel.flats) {
    const double edge = steepest_bound;
    if (positive(c->theoretical))
      draw_flat(drawing, frame, *c, *c->theoretical, edge, Line::theoretical);
    if (positive(c->datasheet)) draw_flat(drawing, frame, *c, *c->datasheet, edge, Line::datasheet);
    if (!usable(*c)) continue;
    const bool best = formats.insert(c->format).second;
    draw_flat(drawing, frame, *c, *c->value, steepest, best ? Line::roof : Line::lesser);
  }
  if (ridge) draw_corners(drawing, frame);
  label_slopes(drawing, frame);
  label_flats(drawing, frame);
}

}  // namespace roofmark
