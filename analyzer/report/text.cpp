// The report for a terminal.
#include "analyzer/plain_text.h"
#include "analyzer/report/model_tables.h"
#include "analyzer/report/probe_tables.h"
#include "analyzer/report/report.h"
#include "analyzer/report/tables.h"

namespace roofmark {
namespace {

constexpr std::size_t names_per_reason = 4;  // lines stay short; the count of the rest is said

std::string heading(const std::string& text) { return "\n" + text + "\n"; }

std::string line(const std::string& text) { return "  " + plain_within(text, 400) + "\n"; }

void add_table(std::string& text, const std::string& title, const Table& table) {
  if (!table.empty()) text += heading(title) + table.text();
}

void add_reasons(std::string& text, const std::string& title, const std::vector<Reason>& reasons) {
  if (reasons.empty()) return;
  text += heading(title);
  for (const Reason& reason : reasons)
    text += line(reason.why + ": " + row_names(reason, names_per_reason));
}

std::string section_text(const Section& section) {
  const Analysis& analysis = *section.analysis;
  const std::set<std::string> contended = contended_ids(section.run);
  const Ladder rows = ladder(analysis);
  const PointList points = point_list(analysis);
  std::string text = plain_within(analysis.title, 200) + "\n";
  if (section.run) {
    text += line("run " + section.run->id + ", started " + section.run->started + ", preset " +
                 section.run->policy.preset + ", roofmark " + section.run->build.version + " (" +
                 section.run->build.commit + ")");
  }
  add_table(text, "Ceilings that make or bind the roof", ceilings_table(rows.roof, contended));
  for (const auto& [title, table] : probe_tables(analysis, rows, contended))
    add_table(text, title, table);
  for (const CeilingGroup& group : rows.others) {
    const bool of_instruction_sets =
        group.rows.front()->kind == "compute" || group.rows.front()->kind == "bandwidth";
    add_table(text, group.title,
              of_instruction_sets ? by_instruction_set(group.rows, contended)
                                  : ceilings_table(group.rows, contended));
  }
  add_table(text, "Points by phase and threads, longest first",
            points_table(points.measured, contended));
  for (const auto& [title, table] : model_tables(analysis)) add_table(text, title, table);
  if (!analysis.notes.empty()) text += heading("Notes");
  for (const std::string& note : analysis.notes) text += line(note);
  add_reasons(text, "What ran", implementations(analysis));
  add_reasons(text, "Remarks", remarks(analysis));
  add_reasons(text, "Not measured", missing_rows(analysis));
  add_reasons(text, "Refused", refused_rows(analysis));
  if (!analysis.warnings.empty()) text += heading("Warnings");
  for (const Warning& warning : analysis.warnings) text += line(warning.what);
  const bool measured = !analysis.ceilings.empty() || !analysis.points.empty();
  if (measured) text += "\n" + quality_line(quality(section)) + "\n";
  return text;
}

}  // namespace

std::string text_report(std::span<const Section> sections) {
  std::string text;
  for (const Section& section : sections)
    text += (text.empty() ? "" : "\n\n") + section_text(section);
  return text;
}

}  // namespace roofmark
