// The report as Markdown.
#include "analyzer/plain_text.h"
#include "analyzer/report/model_tables.h"
#include "analyzer/report/probe_tables.h"
#include "analyzer/report/report.h"
#include "analyzer/report/tables.h"
#include "analyzer/sweep.h"

namespace roofmark {
namespace {

constexpr std::size_t names_per_reason = 20;

std::string shown(const std::string& text) { return markdown_text(plain_within(text, 2000)); }

void add_table(std::string& text, const std::string& title, const Table& table) {
  if (!table.empty()) text += "\n## " + title + "\n\n" + table.markdown();
}

void add_reasons(std::string& text, const std::string& title, const std::vector<Reason>& reasons) {
  if (reasons.empty()) return;
  text += "\n## " + title + "\n\n";
  for (const Reason& reason : reasons) {
    text += "- " + shown(reason.why) + ": " + shown(row_names(reason, names_per_reason)) + "\n";
  }
}

std::string section_markdown(const Section& section) {
  const Analysis& analysis = *section.analysis;
  const std::set<std::string> contended = contended_ids(section.run);
  const Ladder rows = ladder(analysis);
  std::string text = "# " + markdown_text(plain_within(analysis.title, 200)) + "\n";
  if (!analysis.ceilings.empty() || !analysis.points.empty()) {
    text += "\n" + markdown_text(quality_line(quality(section))) + "\n";
  }
  if (!analysis.warnings.empty()) text += "\n## Warnings\n\n";
  for (const Warning& warning : analysis.warnings) text += "- " + shown(warning.what) + "\n";
  add_table(text, "Ceilings that make or bind the roof", ceilings_table(rows.roof, contended));
  if (!analysis.notes.empty()) text += "\n## Notes\n\n";
  for (const std::string& note : analysis.notes) text += "- " + shown(note) + "\n";
  for (const auto& [title, table] : probe_tables(analysis, rows, contended))
    add_table(text, title, table);
  add_table(text, "Points by phase and threads, longest first",
            points_table(point_list(analysis).measured, contended));
  for (const auto& [title, table] : model_tables(analysis)) add_table(text, title, table);
  for (const CeilingGroup& group : rows.others) {
    add_table(text, group.title, ceilings_table(group.rows, contended));
  }
  for (const Sweep& sweep : analysis.sweeps) {
    add_table(text, shown(sweep_name(sweep)), sweep_table(sweep));
  }
  add_reasons(text, "What ran", implementations(analysis));
  add_reasons(text, "Remarks", remarks(analysis));
  add_reasons(text, "Not measured", missing_rows(analysis));
  add_reasons(text, "Refused", refused_rows(analysis));
  if (section.run) {
    Table facts({{"taken with"}, {""}});
    for (const auto& [name, value] : run_facts(*section.run)) facts.add({name, value});
    for (const auto& [name, value] : machine_facts(section.run->machine)) facts.add({name, value});
    add_table(text, "How it was taken", facts);
  }
  return text;
}

}  // namespace

std::string markdown_report(std::span<const Section> sections) {
  std::string text;
  for (const Section& section : sections)
    text += (text.empty() ? "" : "\n") + section_markdown(section);
  return text;
}

}  // namespace roofmark
