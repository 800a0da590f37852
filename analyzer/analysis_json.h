// An analysis as JSON, for scripts and for the page that carries it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "analyzer/analysis.h"

namespace roofmark {

/// `schema`, `title`, `hardware`, `ceilings`, `points` and `warnings`; with a model also `model`,
/// `workloads` (what was asked of it, by phase), `layers`, `totals` and `storage`: schema
/// results/schema/roofmark.analysis-1.schema.json.  Values are in seconds, bytes, ops and their
/// quotients; counts are integers where they are whole and below 2^63.  What is unknown is null,
/// with the cause in `reason` where there is one; a number that is not finite is unknown. Indented,
/// ends in a newline, and always valid UTF-8 (broken sequences become U+FFFD).
std::string analysis_json(const Analysis& analysis);

/// Operations and bytes are integers in JSON where they are whole and 64 bits hold them, as readers
/// expect of counts; expected experts and packed bits make fractions, which are null here.
std::optional<std::int64_t> as_integer(double count);

}  // namespace roofmark
