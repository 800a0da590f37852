// Elements of an SVG picture, written with one decimal so that the same picture has the same bytes.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace roofmark {

struct Spot {
  double x = 0, y = 0;
};

/// Attributes of texts: what is read first, and what stands beside it.
inline constexpr const char* in_ink = "class=\"rm-ink\" fill=\"#222\"";
inline constexpr const char* in_soft = "class=\"rm-soft\" fill=\"#555\"";

class Drawing {
 public:
  /// Attributes are ours and trusted; texts and titles (shown on hover) are escaped.
  void line(Spot from, Spot to, const std::string& attributes, const std::string& title = "");
  void polygon(const std::vector<Spot>& corners, const std::string& attributes,
               const std::string& title = "");
  void circle(Spot centre, double radius, const std::string& attributes,
              const std::string& title = "");
  void text(Spot at, const std::string& text, const std::string& attributes);
  /// Around `at`, by degrees clockwise.
  void turned_text(Spot at, double degrees, const std::string& text, const std::string& attributes);
  void raw(const std::string& markup) { body_ += markup; }
  const std::string& body() const { return body_; }

 private:
  void element(const std::string& start, const std::string& attributes, const std::string& title);
  std::string body_;
};

/// A coordinate: one decimal, none where it is zero.
std::string pixels(double value);

}  // namespace roofmark
