// An analysis to standard output, or into a report file of the format its name asks for.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "analyzer/report/report.h"

namespace roofmark {

/// One way to write analyses.  All there are stand in one table, in render.cpp.
struct ReportFormat {
  const char* output;     ///< what --output calls it; empty: not for a terminal
  const char* extension;  ///< of a report file (-o FILE), with its dot; empty: not for a file
  std::string (*write)(std::span<const Section>);
};

/// By the name --output gives it.  Throws InputError naming those there are.
const ReportFormat& output_format(const std::string& name);
std::vector<std::string> output_names();

/// By the extension, upper and lower case alike; null: it is none of a report.
const ReportFormat* format_by_extension(const std::filesystem::path& file);
/// What the extension of `out` (-o) asks for, else `output` (--output).  Throws InputError where
/// the two disagree and `output` was said.
const ReportFormat& asked_format(const std::string& out, const std::string& output,
                                 bool output_said);
/// By the extension.  Throws InputError naming those there are.
const ReportFormat& report_format(const std::filesystem::path& file);
/// ".html .svg ..."
std::string report_extensions();

/// Writes the report that `file`'s extension asks for, whole or not at all.
void write_report(std::span<const Section> sections, const std::filesystem::path& file);

/// "a, b and c"
std::string listed(const std::vector<std::string>& words);

}  // namespace roofmark
