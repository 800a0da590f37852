// A comparison as people and spreadsheets read it.
#pragma once

#include <string>

#include "analyzer/table.h"
#include "analyzer/tracking/verdict.h"

namespace roofmark {

/// Which series a table has.
enum class Rows { all, changed };  ///< changed: without those that are the same

/// For people: verdict, series, both medians, change with its interval, share of the measured roof
/// on both sides, cause.  The worst first.
Table comparison_table(const Comparison& comparison, Rows rows);
/// For programs: every series in the order of the rounds, plain SI figures, unknown cells empty.
Table comparison_figures(const Comparison& comparison);

/// What stands above the table: the sides, what differs in their environment, what moved many
/// series at once, and notes.  One per line.
std::string comparison_head(const Comparison& comparison);
/// What stands below: how many of each verdict, and the commands to run next.
std::string comparison_foot(const Comparison& comparison);

/// "+7.4 %"
std::string signed_percent(double share);
/// "driver: 570.1 -> 580.2"
std::string difference_text(const Difference& difference);
/// "+7.4 % [+6.8 +8.1]"
std::string shift_text(const Shift& shift);

/// The whole as JSON (schema roofmark.comparison/1).
std::string comparison_json(const Comparison& comparison);

}  // namespace roofmark
