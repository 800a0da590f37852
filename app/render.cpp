#include "app/render.h"

#include "analyzer/analysis_json.h"
#include "app/files.h"
#include "core/error.h"
#include "core/printable.h"

namespace roofmark {
namespace {

/// One object, or an array of them where there are several runs.
std::string json_report(std::span<const Section> sections) {
  if (sections.size() == 1) return analysis_json(*sections[0].analysis);
  std::string text;
  for (const Section& section : sections) {
    text += (text.empty() ? "[\n" : ",\n") + analysis_json(*section.analysis);
  }
  return text.empty() ? "[]\n" : text + "]\n";
}

constexpr ReportFormat formats[] = {
    {"table", "", text_report},     {"", ".html", html_report},  {"", ".svg", svg_report},
    {"md", ".md", markdown_report}, {"csv", ".csv", csv_report}, {"json", ".json", json_report},
};

}  // namespace

const ReportFormat& output_format(const std::string& name) {
  for (const ReportFormat& format : formats) {
    if (!name.empty() && name == format.output) return format;
  }
  throw InputError("unknown output format '" + name + "' (there are " + listed(output_names()) +
                   "); pass one of these to --output");
}

std::vector<std::string> output_names() {
  std::vector<std::string> names;
  for (const ReportFormat& format : formats) {
    if (*format.output != '\0') names.emplace_back(format.output);
  }
  return names;
}

const ReportFormat* format_by_extension(const std::filesystem::path& file) {
  std::string extension = file.extension().string();
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  for (const ReportFormat& format : formats) {
    if (!extension.empty() && extension == format.extension) return &format;
  }
  return nullptr;
}

const ReportFormat& asked_format(const std::string& out, const std::string& output,
                                 bool output_said) {
  const ReportFormat* named = out.empty() ? nullptr : format_by_extension(out);
  if (!named) return output_format(output);
  if (output_said && output != named->output) {
    throw InputError("--output " + output + " does not go with -o " + printable(out) +
                     " (a file of that name holds something else); leave " +
                     "out --output, or end the name otherwise");
  }
  return *named;
}

const ReportFormat& report_format(const std::filesystem::path& file) {
  if (const ReportFormat* format = format_by_extension(file)) return *format;
  throw InputError("cannot tell the report's format from " + file.filename().string() +
                   " (its extension is none of " + report_extensions() + "); name the file so");
}

std::string report_extensions() {
  std::string all;
  for (const ReportFormat& format : formats) {
    if (*format.extension != '\0') all += (all.empty() ? "" : " ") + std::string(format.extension);
  }
  return all;
}

void write_report(std::span<const Section> sections, const std::filesystem::path& file) {
  write_file(file, report_format(file).write(sections));
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
    text += words[i];
  }
  return text;
}

}  // namespace roofmark
