// The report as one SVG picture.
#include "analyzer/report/drawing.h"
#include "analyzer/report/identity.h"
#include "analyzer/report/report.h"
#include "analyzer/report/roofline.h"

namespace roofmark {
namespace {

/// What of this analysis is measured but not in the picture of its first panel.
std::string other_panels(const std::vector<Panel>& all) {
  std::string text;
  for (std::size_t i = 1; i < all.size() && i < 9; ++i) {
    text += (i > 1 ? "; " : "") + all[i].device + ", " + threads_name(all[i].threads);
  }
  if (all.size() > 9) text += "; and " + std::to_string(all.size() - 9) + " more";
  return text.empty() ? text : "Also measured, in the HTML report: " + text + ".";
}

Picture section_picture(const Section& section, const std::string& id) {
  const std::vector<Panel> all = panels(*section.analysis);
  const Panel none{.device = "nothing measured"};
  return roofline_svg(all.empty() ? none : all.front(), colours_of(*section.analysis),
                      section.analysis->title, other_panels(all), id);
}

}  // namespace

std::string svg_report(std::span<const Section> sections) {
  std::string body;
  double width = 0, height = 0;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    Picture picture = section_picture(sections[i], "roofline" + std::to_string(i + 1));
    picture.svg.insert(4, " y=\"" + pixels(height) + "\" width=\"" + pixels(picture.width) +
                              "\" height=\"" + pixels(picture.height) + "\"");
    body += picture.svg;
    width = picture.width;
    height += picture.height;
  }
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + pixels(width) + "\" height=\"" +
         pixels(height) + "\" viewBox=\"0 0 " + pixels(width) + " " + pixels(height) +
         "\">\n<style>" + roofline_style() + "</style>\n" + body + "</svg>\n";
}

}  // namespace roofmark
