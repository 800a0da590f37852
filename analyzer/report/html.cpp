// The report as one page: nothing is loaded, nothing runs, and what others named is text.
#include <algorithm>

#include "analyzer/analysis_json.h"
#include "analyzer/numbers.h"
#include "analyzer/report/identity.h"
#include "analyzer/report/markup.h"
#include "analyzer/report/model_tables.h"
#include "analyzer/report/page.h"
#include "analyzer/report/probe_tables.h"
#include "analyzer/report/report.h"
#include "analyzer/report/roofline.h"
#include "analyzer/report/tables.h"
#include "analyzer/sweep.h"

namespace roofmark {
namespace {

constexpr std::size_t names_per_reason = 12;

std::string item(const std::string& text) { return "<li>" + markup_text(text, 2000) + "</li>\n"; }

std::string warnings_part(const std::vector<Warning>& warnings) {
  if (warnings.empty()) return "";
  std::string html = "<ul>\n";
  for (const Warning& warning : warnings) html += item(warning.what);
  return html + "</ul>\n";
}

/// Worst first: what must not be overlooked colours the banner.
std::string banner(const Section& section) {
  const Quality counts = quality(section);
  const bool bad = counts.failed > 0 || counts.interrupted;
  const bool fair =
      counts.c + counts.contended + counts.refused > 0 || !section.analysis->warnings.empty();
  std::string html = "<div class=\"banner" +
                     std::string(bad    ? " bad"
                                 : fair ? " fair"
                                        : "") +
                     "\" role=\"note\"><p><strong>How far to trust it.</strong> R" +
                     markup_text(quality_line(counts).substr(1), 600) + ".</p>\n";
  return html + warnings_part(section.analysis->warnings) + "</div>\n";
}

std::string tile(const std::string& value, const std::string& name) {
  return "<div class=\"tile\"><b>" + markup_text(value) + "</b><span>" + markup_text(name, 80) +
         "</span></div>\n";
}

/// The roof in figures: the measured bandwidths, the highest measured flat, their
/// ridge at the memory.
std::string tiles(const Panel& panel) {
  std::string html;
  const Ceiling* far = nullptr;
  const Ceiling* top = nullptr;
  for (const Ceiling* ceiling : panel.flats) {
    if (usable(*ceiling) && (!top || *ceiling->value > *top->value)) top = ceiling;
  }
  if (top)
    html += tile(ceiling_value(*top, top->value), top->format + " " + top->variant + ", measured");
  for (const Ceiling* ceiling : panel.slopes) {
    if (!usable(*ceiling)) continue;
    far = ceiling;
    const std::string place =
        ceiling->threads == panel.threads ? "" : " at " + threads_name(ceiling->threads);
    html += tile(ceiling_value(*ceiling, ceiling->value),
                 level_name(ceiling->level) + " " + ceiling->kernel + place + ", measured");
  }
  if (top && far && far->level == "dram") {
    html += tile(plain_number(*top->value / *far->value) + " op/B",
                 "ridge of " + level_name(far->level) + " and " + top->format);
  }
  return html.empty() ? html : "<div class=\"tiles\">\n" + html + "</div>\n";
}

std::string panel_html(const Section& section, const Panel& panel, const std::string& id) {
  const auto colours = colours_of(*section.analysis);
  std::string html = tiles(panel) + "<figure>" +
                     roofline_svg(panel, colours, "Measured roofline", "", id).svg + "</figure>\n";
  const std::string bars = share_bars(panel, colours);
  if (!bars.empty()) {
    html +=
        "<h2>Share of the roof, longest first</h2>\n<p class=\"soft\">Bar: share of the measured "
        "roof, "
        "whose end is the frame's; line across: share of the theoretical roof; grey: launch-bound, "
        "share "
        "of the time that fork and join (on a GPU launching) take. The fastest variant of each "
        "operator; all are in the "
        "table of points.</p>\n" +
        bars;
  }
  return html;
}

std::string panels_html(const Section& section, const std::string& id) {
  const std::vector<Panel> all = panels(*section.analysis);
  if (all.empty()) return "<p>No ceiling and no point has a value to draw.</p>\n";
  // The roofline of each device, and folded away those of fewer threads.
  std::string html;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (heads_its_device(all, all[i])) {
      html += panel_html(section, all[i], id + "-" + std::to_string(i + 1));
    }
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (heads_its_device(all, all[i])) continue;
    html += "<details><summary>The same on " +
            markup_text(panel_name(all[i].device, all[i].threads), 60) + "</summary>\n" +
            panel_html(section, all[i], id + "-" + std::to_string(i + 1)) + "</details>\n";
  }
  return html;
}

std::string table_part(const std::string& title, const Table& table) {
  return table.empty() ? "" : "<h2>" + title + "</h2>\n" + html_table(table);
}

std::string folded(const std::string& title, const std::string& content) {
  return content.empty() ? ""
                         : "<details><summary>" + title + "</summary>\n" + content + "</details>\n";
}

std::string reasons_part(const std::string& title, const std::vector<Reason>& reasons) {
  if (reasons.empty()) return "";
  std::string html = "<h2>" + title + "</h2>\n<ul class=\"reasons\">\n";
  for (const Reason& reason : reasons) {
    html += "<li><strong>" + markup_text(reason.why, 1000) +
            "</strong>: " + markup_text(row_names(reason, names_per_reason), 2000) + "</li>\n";
  }
  return html + "</ul>\n";
}

std::string notes_part(const std::vector<std::string>& notes) {
  if (notes.empty()) return "";
  std::string html = "<h2>Notes</h2>\n<ul>\n";
  for (const std::string& note : notes) html += item(note);
  return html + "</ul>\n";
}

/// The curve of the most threads; the others and the figures folded away.
std::string sweeps_html(const std::vector<Sweep>& sweeps, const std::string& id) {
  std::string html;
  for (std::size_t i = 0; i < sweeps.size(); ++i) {
    const std::string figure = "<figure>" +
                               sweep_svg(sweeps[i], id + "-sweep" + std::to_string(i + 1)).svg +
                               "</figure>\n";
    const std::string name = markup_text(sweep_name(sweeps[i]));
    html += i == 0 ? figure : folded("Curve, " + name, figure);
    html += folded("Figures, " + name, html_table(sweep_table(sweeps[i])));
  }
  return html;
}

std::string facts_list(const std::vector<std::pair<std::string, std::string>>& facts) {
  std::string html = "<dl>\n";
  for (const auto& [name, value] : facts) {
    html += "<dt>" + markup_text(name, 60) + "</dt><dd>" + markup_text(value, 400) + "</dd>\n";
  }
  return html + "</dl>\n";
}

std::string section_html(const Section& section, const std::string& id) {
  const Analysis& analysis = *section.analysis;
  const std::set<std::string> contended = contended_ids(section.run);
  const Ladder rows = ladder(analysis);
  std::string html = "<section class=\"run\" aria-labelledby=\"" + id + "\">\n<h1 id=\"" + id +
                     "\">" + markup_text(analysis.title) + "</h1>\n";
  if (section.run) {
    html += "<p class=\"soft\">Run " + markup_text(section.run->id, 80) + ", started " +
            markup_text(section.run->started, 40) + ", preset " +
            markup_text(section.run->policy.preset, 40) + ", roofmark " +
            markup_text(section.run->build.version, 40) + "</p>\n";
  }
  // Of specifications alone nothing was measured that one could trust or draw.
  const bool measured = !analysis.ceilings.empty() || !analysis.points.empty();
  if (measured) html += banner(section) + panels_html(section, id);
  if (!measured) html += warnings_part(analysis.warnings);
  html += table_part("Ceilings", ceilings_table(rows.roof, contended));
  html += notes_part(analysis.notes);
  for (const auto& [title, table] : probe_tables(analysis, rows, contended))
    html += table_part(title, table);
  html += sweeps_html(analysis.sweeps, id);
  for (const CeilingGroup& group : rows.others) {
    html += folded(group.title + " (" + std::to_string(group.rows.size()) + ")",
                   html_table(ceilings_table(group.rows, contended)));
  }
  html += table_part("Points", points_table(point_list(analysis).measured, contended));
  for (const auto& [title, table] : model_tables(analysis)) html += table_part(title, table);
  html += history_part(section.history);
  html += reasons_part("What ran", implementations(analysis));
  html += reasons_part("Refused", refused_rows(analysis));
  html += reasons_part("Not measured", missing_rows(analysis));
  html += reasons_part("Remarks", remarks(analysis));
  if (section.run) {
    html += "<h2>How it was taken</h2>\n<div class=\"two\">" + facts_list(run_facts(*section.run)) +
            facts_list(machine_facts(section.run->machine)) + "</div>\n";
  }
  return html + "<script type=\"application/json\" id=\"" + id + "-analysis\">\n" +
         script_json(analysis_json(analysis)) + "</script>\n</section>\n";
}

}  // namespace

std::string html_table(const Table& table) {
  std::string html = "<div class=\"wide\"><table>\n<thead><tr>";
  const auto kind = [&](std::size_t i) {
    return std::string(table.columns()[i].align == Align::right ? " class=\"num\"" : "");
  };
  for (std::size_t i = 0; i < table.columns().size(); ++i) {
    html += "<th scope=\"col\"" + kind(i) + ">" + markup_text(table.columns()[i].title) + "</th>";
  }
  html += "</tr></thead>\n<tbody>\n";
  const std::size_t grade = static_cast<std::size_t>(
      std::find_if(table.columns().begin(), table.columns().end(),
                   [](const Column& column) { return column.title == "grade"; }) -
      table.columns().begin());
  for (const auto& row : table.rows()) {
    const bool rough = grade < row.size() && row[grade].rfind('C', 0) == 0;
    html += rough ? "<tr class=\"grade-C\">" : "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i)
      html += "<td" + kind(i) + ">" + markup_text(row[i], 100) + "</td>";
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

std::string html_report(std::span<const Section> sections) {
  std::string body;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    body += section_html(sections[i], "run" + std::to_string(i + 1));
  }
  const std::string title = sections.empty() ? "Roofline" : sections[0].analysis->title;
  return "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n"
         "<meta charset=\"utf-8\"/>\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
         "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\"/>\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
         "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
         "<meta name=\"referrer\" content=\"no-referrer\"/>\n<title>" +
         markup_text(title) + "</title>\n<style>" + page_style() +
         "</style>\n</head>\n<body>\n<main>\n" + body + "</main>\n</body>\n</html>\n";
}

}  // namespace roofmark
