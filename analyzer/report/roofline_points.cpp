// The points of a roofline, and the legend.
#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "analyzer/numbers.h"
#include "analyzer/plain_text.h"
#include "analyzer/report/identity.h"
#include "analyzer/report/roofline.h"

namespace roofmark {
namespace {

constexpr double font = 11;

std::string hover(const PointGroup& group) {
  const Point& point = *group.point;
  const Identity parts = identity(point.id);
  std::string text = group.names + (point.phase.empty() ? "" : " " + point.phase) + " (" +
                     parts.kernel + " " + parts.variant + " " + parts.format + ") " + parts.shape +
                     ", " + place_name(parts.device, parts.threads) + ", data in " +
                     memory_name(parts) + ": " + si(point.seconds, "s") + " " +
                     si_interval(point.low, point.high, point.seconds.value_or(0), "s") + ", " +
                     si(point.intensity, "op/B") + ", achieved " +
                     point_rate(point, point.achieved);
  if (point.bound == "memory" && point.intensity.value_or(0) > 0)
    text += " (" + si(point.achieved, "op/s") + ")";
  if (point.share_measured) text += ", " + percent(point.share_measured) + " of the measured roof";
  if (point.share_launched)
    text += ", " + percent(point.share_launched) + " with launches included";
  if (point.share_theoretical)
    text += ", " + percent(point.share_theoretical) + " of the theoretical";
  if (!point.bound.empty()) text += "; bound: " + point.bound;
  if (point.overhead_share)
    text +=
        " (" + overhead_name(parts.device) + " " + percent(point.overhead_share) + " of the time)";
  text += std::string("; grade ") + point.grade;
  return point.reason.empty() ? text : text + "; " + point.reason;
}

/// Area grows with the time: radius 4 for none to 9 for the longest.
double radius_of(const Point& point, double longest) {
  return 4 + 5 * std::sqrt(*point.seconds / longest);
}

/// From the rate at the interval's slow end to that at its fast end.
void draw_error_bar(Drawing& drawing, const Frame& frame, const Point& point,
                    const std::string& colour) {
  if (!point.low || !point.high || *point.low <= 0 || *point.high <= 0) return;
  const Spot slow = frame.at(*point.intensity, *point.achieved * *point.seconds / *point.high);
  const Spot fast = frame.at(*point.intensity, *point.achieved * *point.seconds / *point.low);
  if (slow.y - fast.y < 3) return;  // hidden by the marker anyhow
  const std::string style = "stroke=\"" + colour + "\" stroke-width=\"1.4\"";
  drawing.line(slow, fast, style);
  for (const Spot& end : {slow, fast}) drawing.line({end.x - 4, end.y}, {end.x + 4, end.y}, style);
}

/// A thin line up to what the point could reach.
void draw_headroom(Drawing& drawing, const Frame& frame, const Point& point,
                   const std::string& colour) {
  if (!point.attainable_measured || *point.attainable_measured <= *point.achieved) return;
  const Spot from = frame.at(*point.intensity, *point.achieved);
  const Spot to = frame.at(*point.intensity, std::min(*point.attainable_measured, frame.y.high));
  drawing.line(from, to, "stroke=\"" + colour + "\" stroke-width=\"1\" opacity=\"0.45\"");
}

/// Beside its marker, clear of lines where that is possible; nowhere where other texts leave no
/// room.
void label_point(Drawing& drawing, Frame& frame, const std::string& name, Spot at, double far) {
  const std::string text = plain_within(name, 30);
  const double width = text_width(text, font);
  const Spot places[] = {{at.x + far, at.y + 4},         {at.x - far - width, at.y + 4},
                         {at.x - width / 2, at.y - far}, {at.x - width / 2, at.y + far + 8},
                         {at.x + far, at.y - 8},         {at.x + far, at.y + 15},
                         {at.x - far - width, at.y - 8}, {at.x - far - width, at.y + 15}};
  for (const bool clear : {true, false}) {
    for (const Spot& place : places) {
      if (place.x < frame.x.from || place.x + width > frame.x.to) continue;
      const auto boxes = text_boxes(place.x, place.y, width, 10, 0);
      if (!frame.placer.free(boxes) || (clear && !frame.lines.free(boxes))) continue;
      frame.placer.take(boxes);
      drawing.text(place, text,
                   "class=\"rm-ink rm-halo\" font-size=\"11\" fill=\"#222\" stroke=\"#fff\" "
                   "stroke-width=\"3\" stroke-linejoin=\"round\" paint-order=\"stroke\"");
      return;
    }
  }
}

void label_points(Drawing& drawing, Frame& frame, std::vector<PointGroup> groups, double longest) {
  // One label per operator and phase, at its fastest variant, placed in order of time.
  const auto by = [&](auto figure) {
    std::stable_sort(groups.begin(), groups.end(), [&](const PointGroup& a, const PointGroup& b) {
      return *(a.point->*figure) > *(b.point->*figure);
    });
  };
  by(&Point::achieved);
  std::set<std::pair<std::string, std::string>> seen;
  groups.erase(std::remove_if(groups.begin(), groups.end(),
                              [&](const PointGroup& group) {
                                return !seen.emplace(group.names, group.point->phase).second;
                              }),
               groups.end());
  by(&Point::seconds);
  for (const PointGroup& group : groups) {
    const Point& point = *group.point;
    const Spot at = frame.at(*point.intensity, *point.achieved);
    // A long list of operators is known by the kernel they share.
    const bool fits = display_width(plain_within(group.names, 40)) <= 20;
    const std::string name = fits ? group.names : identity(point.id).kernel;
    label_point(drawing, frame, name, at, radius_of(point, longest) + 4);
  }
}

/// Entries one after another, in as many lines as they need.
class Legend {
 public:
  Legend(Drawing& drawing, double left, double right, double top)
      : drawing_(drawing), left_(left), right_(right), x_(left), y_(top) {}

  /// `draw` gets the middle of a 26-pixel space before the text.
  template <class Draw>
  void add(const std::string& text, Draw draw) {
    const double width = 34 + text_width(text, 12) + 14;
    if (x_ + width > right_ && x_ > left_) line();
    draw(Spot{x_ + 13, y_});
    drawing_.text({x_ + 32, y_ + 4}, text, in_ink);
    x_ += width;
  }
  void line() {
    x_ = left_;
    y_ += 20;
  }
  double bottom() const { return y_ + 14; }

 private:
  Drawing& drawing_;
  double left_, right_, x_, y_;
};

void add_line_kinds(Legend& legend, Drawing& drawing, const Panel& panel) {
  const auto kind = [&](const std::string& text, const std::string& style) {
    legend.add(text, [&](Spot at) {
      drawing.line({at.x - 13, at.y}, {at.x + 13, at.y},
                   "class=\"rm-roof\" stroke=\"#222\" " + style);
    });
  };
  bool measured = false, theoretical = false, datasheet = false, rough = false;
  for (const auto* list : {&panel.slopes, &panel.flats}) {
    for (const Ceiling* ceiling : *list) {
      measured |= usable(*ceiling);
      theoretical |= ceiling->theoretical.has_value();
      datasheet |= ceiling->datasheet.has_value();
      rough |= usable(*ceiling) && ceiling->grade == 'C';
    }
  }
  if (measured) kind("measured", "stroke-width=\"2.2\"");
  if (!panel.others.empty())
    kind("measured, another mix or store", "stroke-width=\"1\" opacity=\"0.28\"");
  if (theoretical)
    kind("theoretical", "stroke-width=\"1.2\" stroke-dasharray=\"7 4\" opacity=\"0.75\"");
  if (datasheet)
    kind("data sheet", "stroke-width=\"1.2\" stroke-dasharray=\"9 3 2 3\" opacity=\"0.75\"");
  if (rough) {
    legend.add("grade C", [&](Spot at) {
      drawing.line({at.x - 13, at.y}, {at.x + 13, at.y},
                   "class=\"rm-roof\" stroke=\"#222\" stroke-width=\"2.2\"");
      drawing.line({at.x - 13, at.y}, {at.x + 13, at.y},
                   "class=\"rm-roof\" stroke=\"#222\" stroke-width=\"8\" stroke-dasharray=\"1 7\" "
                   "opacity=\"0.8\"");
    });
  }
}

}  // namespace

void draw_marker(Drawing& drawing, const std::string& phase, Spot at, double radius,
                 const std::string& attributes, const std::string& title) {
  const double r = radius;
  if (phase == "prefill") {
    drawing.circle(at, r, attributes, title);
  } else if (phase == "decode") {
    const double d = 1.25 * r;  // the same area as the circle: 2 d^2 = pi r^2
    drawing.polygon({{at.x, at.y - d}, {at.x + d, at.y}, {at.x, at.y + d}, {at.x - d, at.y}},
                    attributes, title);
  } else {
    const double h = 0.89 * r;  // the same area: (2 h)^2 = pi r^2
    drawing.polygon(
        {{at.x - h, at.y - h}, {at.x + h, at.y - h}, {at.x + h, at.y + h}, {at.x - h, at.y + h}},
        attributes, title);
  }
}

void draw_points(Drawing& drawing, Frame& frame) {
  std::vector<const Point*> points;
  for (const Point* point : frame.panel->points) {
    if (plottable(*point)) points.push_back(point);
  }
  if (points.empty()) return;
  // Long ones first, so that short ones lie on top of them.
  std::stable_sort(points.begin(), points.end(),
                   [](const Point* a, const Point* b) { return *a->seconds > *b->seconds; });
  const double longest = *points.front()->seconds;
  for (const Point* point : points) {
    const std::string colour = frame.colours.at(identity(point->id).kernel);
    draw_headroom(drawing, frame, *point, colour);
    draw_error_bar(drawing, frame, *point, colour);
  }
  const std::vector<PointGroup> groups = grouped(points);
  for (const PointGroup& group : groups) {
    const Point& point = *group.point;
    const std::string colour = frame.colours.at(identity(point.id).kernel);
    const Spot at = frame.at(*point.intensity, *point.achieved);
    const double radius = radius_of(point, longest);
    const std::string style =
        point.grade == 'C'
            ? "class=\"rm-hollow\" fill=\"#fff\" stroke=\"" + colour + "\" stroke-width=\"2\""
            : "class=\"rm-dot\" fill=\"" + colour + "\" stroke=\"#fff\" stroke-width=\"1\"";
    draw_marker(drawing, point.phase, at, radius, style, hover(group));
    frame.placer.take({{at.x - radius, at.y - radius, at.x + radius, at.y + radius}});
  }
  label_points(drawing, frame, groups, longest);
}

double draw_legend(Drawing& drawing, const Frame& frame, double top) {
  Legend legend(drawing, frame.x.from, 1065, top);
  add_line_kinds(legend, drawing, *frame.panel);
  std::set<std::string> kernels, phases;
  bool rough = false;
  for (const Point* point : frame.panel->points) {
    if (!plottable(*point)) continue;
    kernels.insert(identity(point->id).kernel);
    phases.insert(point->phase);
    rough |= point->grade == 'C';
  }
  if (kernels.empty()) return legend.bottom() - top;
  legend.line();
  for (const std::string& kernel : kernels) {
    legend.add(kernel, [&](Spot at) {
      drawing.circle(at, 5.5, "fill=\"" + frame.colours.at(kernel) + "\"");
    });
  }
  legend.line();
  for (const std::string& phase : phases) {
    legend.add(phase.empty() ? "no phase" : phase,
               [&](Spot at) { draw_marker(drawing, phase, at, 5.5, in_ink); });
  }
  if (rough) {
    legend.add("hollow: grade C", [&](Spot at) {
      drawing.circle(
          at, 5.5, "class=\"rm-hollow rm-roof\" fill=\"#fff\" stroke=\"#222\" stroke-width=\"2\"");
    });
  }
  legend.add("area: time of one call; thin line: up to what is attainable", [&](Spot at) {
    drawing.line({at.x, at.y + 7}, {at.x, at.y - 7},
                 "class=\"rm-roof\" stroke=\"#222\" stroke-width=\"1\" opacity=\"0.45\"");
  });
  return legend.bottom() - top;
}

}  // namespace roofmark
