// Counts as Transformer Roofline Analyzer prints them.
#pragma once

#include <span>
#include <string>

#include "analyzer/analysis.h"

namespace roofmark {

/// A positive count with a decimal prefix (k M G T P E, below one m u n) and two decimals, a space
/// before prefix and unit: "679.45 GFLOPs", "999.57 mFLOPs/Bytes".  The prefix is chosen before
/// rounding, so "1000.00 kFLOPs" happens.
std::string tra_decimal(double value, const char* unit);
/// A size with a binary prefix: "64.00 B", "19.88 MiB".
std::string tra_binary(double bytes);

/// Per analysis its title, then per phase the tool's table (GitHub style: a row per operator with
/// its blocks, a blank row, the total) and its storage line, letter by letter; below them times on
/// the roofline, where there is one, and warnings.
std::string tra_text(std::span<const Analysis> analyses);

}  // namespace roofmark
