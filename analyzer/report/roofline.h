// One roofline as a picture: log-log, arithmetic intensity against op/s.
#pragma once

#include <map>
#include <string>

#include "analyzer/report/axes.h"
#include "analyzer/report/drawing.h"
#include "analyzer/report/ladder.h"

namespace roofmark {

/// Where a roofline is drawn, and what its parts need of one another.
struct Frame {
  const Panel* panel = nullptr;
  LogAxis x, y;          ///< op/byte, op/s
  double top = 0;        ///< the highest measured flat, or the edge where there is none
  double top_bound = 0;  ///< the highest theoretical flat, or `top`
  std::map<std::string, std::string> colours;  ///< by kernel
  Placer placer;                               ///< texts and markers, which nothing may cover
  Placer lines;                                ///< bold lines, which text should not cross

  Spot at(double intensity, double rate) const { return {x.at(intensity), y.at(rate)}; }
};

/// Colour of every kernel that has a point, the same in all pictures of an analysis.
std::map<std::string, std::string> colours_of(const Analysis& analysis);

/// Ranges from the data: every roof's ridge and every point, with room around.
Frame frame_of(const Panel& panel, std::map<std::string, std::string> colours);

void draw_axes(Drawing& drawing, const Frame& frame);
void draw_roofs(Drawing& drawing, Frame& frame);
void draw_points(Drawing& drawing, Frame& frame);
/// Returns the height it takes below `top`.
double draw_legend(Drawing& drawing, const Frame& frame, double top);

/// Style rules of the picture (dark mode), for the one <style> of a page or file.
std::string roofline_style();

struct Picture {
  std::string svg;  ///< a whole <svg> element, `width` wide
  double width = 0, height = 0;
};

/// `title` heads the picture.  `id` makes its title's and description's ids unique on a page.
Picture roofline_svg(const Panel& panel, const std::map<std::string, std::string>& colours,
                     const std::string& title, const std::string& footnote, const std::string& id);

/// The sentence under a picture that says what of the panel is not in it; empty: nothing.
std::string left_out(const Panel& panel);

/// A marker for a phase: circle (prefill), diamond (decode), square.
void draw_marker(Drawing& drawing, const std::string& phase, Spot at, double radius,
                 const std::string& attributes, const std::string& title = "");

}  // namespace roofmark
