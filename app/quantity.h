// Quantities on the command line: "155T", "768G", "2.5e12".
#pragma once

#include <string_view>

namespace roofmark {

/// A positive number with an optional decimal prefix k M G T P: "768G" is 768e9.  No unit, no
/// blank. Throws InputError naming `flag`.
double quantity_from(std::string_view text, std::string_view flag);

}  // namespace roofmark
