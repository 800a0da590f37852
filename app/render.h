// An analysis to standard output, or into a report file of the format its name asks for.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "analyzer/report/report.h"

namespace roofmark {

/// What a command writes to standard output (--output).
enum class OutputFormat { table, json, csv, md };

/// "table", "json", "csv" or "md".  Throws InputError naming these.
OutputFormat output_format(const std::string& name);

/// Analyses in that format; JSON is one object, or an array of them where there are several runs.
std::string render(std::span<const Section> sections, OutputFormat format);

/// What a report file can be (-o FILE).
enum class ReportFormat { html, svg, md, csv, json };

/// By the extension, upper and lower case alike.  Throws InputError naming the extensions there
/// are.
ReportFormat report_format(const std::filesystem::path& file);

std::string render(std::span<const Section> sections, ReportFormat format);

/// Writes the report that `file`'s extension asks for, whole or not at all.
void write_report(std::span<const Section> sections, const std::filesystem::path& file);

}  // namespace roofmark
