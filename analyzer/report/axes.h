// Logarithmic axes and where text still fits beside what is already drawn.
#pragma once

#include <string>
#include <vector>

namespace roofmark {

/// Maps low..high to the pixels from..to, evenly in the logarithm.
struct LogAxis {
  double low = 1, high = 10, from = 0, to = 1;

  double at(double value) const;
  double value_at(double pixel) const;
  /// Signed: negative on an axis that grows upwards.
  double pixels_per_decade() const;
};

struct Tick {
  double value = 0;
  std::string label;  ///< empty on the lines between decades
};

/// Decades with labels; 2 and 5 between them as well, labelled where there are fewer than two
/// decades.
std::vector<Tick> ticks(const LogAxis& axis, const std::string& unit);

struct Box {
  double left = 0, top = 0, right = 0, bottom = 0;
};

/// Text of `width` pixels that starts at (x, y) on its baseline and runs at `radians` (clockwise on
/// the screen, as y grows downwards), as boxes small enough to follow the slope.
std::vector<Box> text_boxes(double x, double y, double width, double height, double radians);

/// Pixels that a text takes in the sans-serif of the reports, by its number of columns.
double text_width(const std::string& text, double font_size);

/// What is taken, so that later text does not cover earlier text.
class Placer {
 public:
  bool free(const std::vector<Box>& boxes) const;
  void take(const std::vector<Box>& boxes);

 private:
  std::vector<Box> taken_;
};

/// Moves positions (ascending) apart until neighbours are `gap` apart and all lie within low..high
/// where that is possible, moving each as little as the order allows.
std::vector<double> spread(std::vector<double> positions, double gap, double low, double high);

}  // namespace roofmark
