#include "app/render.h"

#include <utility>

#include "analyzer/analysis_json.h"
#include "app/files.h"
#include "core/error.h"

namespace roofmark {
namespace {

std::string json_of(std::span<const Section> sections) {
  if (sections.size() == 1) return analysis_json(*sections[0].analysis);
  std::string text;
  for (const Section& section : sections) {
    text += (text.empty() ? "[\n" : ",\n") + analysis_json(*section.analysis);
  }
  return text.empty() ? "[]\n" : text + "]\n";
}

}  // namespace

OutputFormat output_format(const std::string& name) {
  constexpr std::pair<const char*, OutputFormat> formats[] = {{"table", OutputFormat::table},
                                                              {"json", OutputFormat::json},
                                                              {"csv", OutputFormat::csv},
                                                              {"md", OutputFormat::md}};
  for (const auto& [known, format] : formats) {
    if (name == known) return format;
  }
  throw InputError("unknown output format " + name +
                   " (there are table, json, csv and md); pass one of these to --output");
}

std::string render(std::span<const Section> sections, OutputFormat format) {
  switch (format) {
    case OutputFormat::table:
      return text_report(sections);
    case OutputFormat::json:
      return json_of(sections);
    case OutputFormat::csv:
      return csv_report(sections);
    case OutputFormat::md:
      return markdown_report(sections);
  }
  return "";
}

ReportFormat report_format(const std::filesystem::path& file) {
  std::string extension = file.extension().string();
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  constexpr std::pair<const char*, ReportFormat> formats[] = {{".html", ReportFormat::html},
                                                              {".svg", ReportFormat::svg},
                                                              {".md", ReportFormat::md},
                                                              {".csv", ReportFormat::csv},
                                                              {".json", ReportFormat::json}};
  for (const auto& [known, format] : formats) {
    if (extension == known) return format;
  }
  throw InputError("cannot tell the report's format from " + file.filename().string() +
                   " (its extension is none of .html .svg .md .csv .json); name the file so");
}

std::string render(std::span<const Section> sections, ReportFormat format) {
  switch (format) {
    case ReportFormat::html:
      return html_report(sections);
    case ReportFormat::svg:
      return svg_report(sections);
    case ReportFormat::md:
      return markdown_report(sections);
    case ReportFormat::csv:
      return csv_report(sections);
    case ReportFormat::json:
      return json_of(sections);
  }
  return "";
}

void write_report(std::span<const Section> sections, const std::filesystem::path& file) {
  write_file(file, render(sections, report_format(file)));
}

}  // namespace roofmark
