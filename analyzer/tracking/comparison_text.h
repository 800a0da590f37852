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
/// What stands below: how many of each verdict, what could have been found, and the commands to run
/// next.
std::string comparison_foot(const Comparison& comparison);

/// "+7.4 %"
std::string signed_percent(double share);
/// "driver: 570.1 -> 580.2"
std::string difference_text(const Difference& difference);
/// "+7.4 % [+6.8 +8.1]"
std::string shift_text(const Shift& shift);

/// The change that the verdict rests on: "+7.4 % [+6.8 +8.1] over its ceiling".
std::string change_text(const SeriesVerdict& one, bool across_machines);
/// Which figure the verdict rests on: time, ratio (to the probe beside it), share (of the roof,
/// across machines); empty: none could be judged.
std::string_view judged_figure(const SeriesVerdict& one);
/// Cause, whether it is confirmed, reason; of what is the same the slowdown that would be found.
std::string reason_text(const SeriesVerdict& one);
/// "31 of 40 series slower by 7.1 to 9.0 %, with the ceilings that bind them: ..."
std::string common_text(const CommonCause& common);

/// The whole as JSON (schema roofmark.comparison/1).
std::string comparison_json(const Comparison& comparison);
/// The whole as JUnit XML: a test case for each series and for each finding that moved many.  A
/// case fails exactly where the gate does; what moved with many is skipped for their finding fails.
/// What is the same or faster passes, all else is skipped with its reason.  `newest`: the last new
/// round.
std::string comparison_junit(const Comparison& comparison, FailOn fail_on, const Round& newest);

}  // namespace roofmark
