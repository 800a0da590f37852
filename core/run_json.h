// Runs as JSON (schema roofmark.run/1) and as a journal of one finished row per line.
#pragma once

#include <string>
#include <string_view>

#include "core/measurement.h"

namespace roofmark {

inline constexpr std::string_view run_schema = "roofmark.run/1";

/// The whole run, indented, ending in a newline.  Non-finite numbers are bugs and assert.
std::string to_json(const Run& run);

/// Reads what to_json wrote.  `name` is the file's name for messages.  A key that is missing or
/// that nobody knows (a new key is a new schema), a mistyped or impossible value, an id that
/// contradicts its row and a second row of the same id throw InputError naming file, key and
/// remedy.
Run run_from_json(std::string_view text, const std::string& name);

/// First line of a journal: the run without rows.  Then one line per finished row.
std::string journal_header(const Run& run);
std::string journal_row(const Measurement& row);
/// A row written by journal_row.  Throws InputError.
Measurement row_from_journal(std::string_view line, const std::string& name);

/// Reads a journal, complete = false.  A last line without its newline (the process was killed
/// while writing) is dropped; any other broken line throws InputError.
Run run_from_journal(std::string_view text, const std::string& name);

/// A run or a journal, told apart by its first line.
Run read_run(std::string_view text, const std::string& name);

}  // namespace roofmark
