#include "analyzer/report/drawing.h"

#include "analyzer/numbers.h"
#include "analyzer/report/markup.h"

namespace roofmark {

std::string pixels(double value) {
  std::string text = fixed(value, 1);
  if (text.size() > 2 && text.compare(text.size() - 2, 2, ".0") == 0) text.erase(text.size() - 2);
  return text;
}

void Drawing::element(const std::string& start, const std::string& attributes,
                      const std::string& title) {
  const std::string name = start.substr(0, start.find(' '));
  body_ += "<" + start + " " + attributes;
  body_ +=
      title.empty() ? "/>\n" : "><title>" + markup_text(title, 600) + "</title></" + name + ">\n";
}

void Drawing::line(Spot from, Spot to, const std::string& attributes, const std::string& title) {
  element("line x1=\"" + pixels(from.x) + "\" y1=\"" + pixels(from.y) + "\" x2=\"" + pixels(to.x) +
              "\" y2=\"" + pixels(to.y) + "\"",
          attributes, title);
}

void Drawing::polygon(const std::vector<Spot>& corners, const std::string& attributes,
                      const std::string& title) {
  std::string points;
  for (const Spot& corner : corners) {
    points += (points.empty() ? "" : " ") + pixels(corner.x) + "," + pixels(corner.y);
  }
  element("polygon points=\"" + points + "\"", attributes, title);
}

void Drawing::circle(Spot centre, double radius, const std::string& attributes,
                     const std::string& title) {
  element("circle cx=\"" + pixels(centre.x) + "\" cy=\"" + pixels(centre.y) + "\" r=\"" +
              pixels(radius) + "\"",
          attributes, title);
}

void Drawing::text(Spot at, const std::string& text, const std::string& attributes) {
  body_ += "<text x=\"" + pixels(at.x) + "\" y=\"" + pixels(at.y) + "\" " + attributes + ">" +
           markup_text(text) + "</text>\n";
}

void Drawing::turned_text(Spot at, double degrees, const std::string& content,
                          const std::string& attributes) {
  text(at, content,
       "transform=\"rotate(" + fixed(degrees, 2) + " " + pixels(at.x) + " " + pixels(at.y) +
           ")\" " + attributes);
}

}  // namespace roofmark
