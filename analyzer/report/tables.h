// The tables that reports for people share.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "analyzer/report/ladder.h"
#include "analyzer/report/report.h"
#include "analyzer/table.h"

namespace roofmark {

/// Ids of the rows whose samples a neighbour disturbed.
std::set<std::string> contended_ids(const Run* run);

/// The column that says where a row ran; for a CPU alone its threads say it.
Column place_column(bool cpu_alone);
std::string place_cell(bool cpu_alone, const std::string& device, int threads);

/// "A", "C contended"
std::string grade_cell(char grade, bool contended);
/// What is not known is "-" in a column that most rows fill.
std::string dash(Known<double> value, const std::string& text);

/// Theoretical, data sheet, measured with its interval, share and grade; where a row ran is its
/// number of threads, or its device where there are several.
Table ceilings_table(const std::vector<const Ceiling*>& rows,
                     const std::set<std::string>& contended);

/// Operator, phase, shape, where its data lie, time, intensity, achieved and attainable in the unit
/// of what binds, both shares, what binds, grade; where any row has them whether its weights were
/// packed, the share with launches included and what the format costs.
Table points_table(const std::vector<PointGroup>& rows, const std::set<std::string>& contended);

Table layers_table(const Analysis& analysis);
Table totals_table(const Analysis& analysis);
/// Weights, cache and peak; empty where no model was asked for.
Table storage_table(const Analysis& analysis);
/// A prompt and the tokens after it; empty where none was asked for.
Table generation_table(const Analysis& analysis);
/// Per phase and operator why it takes its time and the change that would help most.
Table advice_table(const Analysis& analysis);
/// Per phase what each change would gain.
Table changes_table(const Analysis& analysis);

/// Rows that share a reason, and the reason; where reasons differ in numbers alone, their ranges.
struct Reason {
  std::string why;
  std::vector<std::string> rows;
};
/// What is not in the tables, or stands there with something unknown, by reason, in reading order.
std::vector<Reason> refused_rows(const Analysis& analysis);
std::vector<Reason> missing_rows(const Analysis& analysis);
/// What libraries say that they ran, each with the rows that it ran for.
std::vector<Reason> implementations(const Analysis& analysis);
std::vector<Reason> remarks(const Analysis& analysis);
/// "fma avx512 1 thread, ..., and 20 more"
std::string row_names(const Reason& reason, std::size_t most);

/// Counts by grade and state, for the line or banner that says how far to trust the rest.
struct Quality {
  int a = 0, b = 0, c = 0, refused = 0, contended = 0, missing = 0, failed = 0;
  bool interrupted = false;
};
Quality quality(const Section& section);
/// "31 rows of grade A, 12 B, 5 C (read with care); 1 refused; ..."
std::string quality_line(const Quality& quality);

/// What the numbers were taken with: name and value, in reading order.
std::vector<std::pair<std::string, std::string>> machine_facts(const Machine& machine);
std::vector<std::pair<std::string, std::string>> run_facts(const Run& run);

}  // namespace roofmark
