// The report as one SVG picture.
#include "analyzer/report/drawing.h"
#include "analyzer/report/identity.h"
#include "analyzer/report/probe_tables.h"
#include "analyzer/report/report.h"
#include "analyzer/report/roofline.h"

namespace roofmark {
namespace {

/// What of this device is measured but not in its picture.
std::string other_panels(const std::vector<Panel>& all, const Panel& drawn) {
  std::string text;
  int others = 0;
  for (const Panel& panel : all) {
    if (panel.device != drawn.device || &panel == &drawn) continue;
    if (++others > 8) continue;
    text += (others > 1 ? "; " : "") + panel_name(panel.device, panel.threads);
  }
  if (others > 8) text += "; and " + std::to_string(others - 8) + " more";
  return text.empty() ? text : "Also measured, in the HTML report: " + text + ".";
}

/// One per device, of the most threads, and the curve of the first sweep.
std::vector<Picture> section_pictures(const Section& section, const std::string& id) {
  const std::vector<Panel> all = panels(*section.analysis);
  const auto colours = colours_of(*section.analysis);
  const std::string& title = section.analysis->title;
  std::vector<Picture> pictures;
  for (const Panel& panel : all) {
    if (!heads_its_device(all, panel)) continue;
    const std::string own = pictures.empty() ? id : id + "-" + std::to_string(pictures.size() + 1);
    pictures.push_back(roofline_svg(panel, colours, title, other_panels(all, panel), own));
  }
  const Panel none{.device = "nothing measured"};
  if (pictures.empty()) pictures.push_back(roofline_svg(none, colours, title, "", id));
  const std::vector<Sweep>& sweeps = section.analysis->sweeps;
  if (!sweeps.empty()) pictures.push_back(sweep_svg(sweeps.front(), id + "-sweep"));
  return pictures;
}

}  // namespace

std::string svg_report(std::span<const Section> sections) {
  std::string body;
  double width = 0, height = 0;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    for (Picture& picture : section_pictures(sections[i], "roofline" + std::to_string(i + 1))) {
      picture.svg.insert(4, " y=\"" + pixels(height) + "\" width=\"" + pixels(picture.width) +
                                "\" height=\"" + pixels(picture.height) + "\"");
      body += picture.svg;
      width = picture.width;
      height += picture.height;
    }
  }
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + pixels(width) + "\" height=\"" +
         pixels(height) + "\" viewBox=\"0 0 " + pixels(width) + " " + pixels(height) +
         "\">\n<style>" + roofline_style() + "</style>\n" + body + "</svg>\n";
}

}  // namespace roofmark
