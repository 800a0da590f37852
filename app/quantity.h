// Quantities on the command line: "155T", "768G", "2.5e12".
#pragma once

#include <string>
#include <string_view>

namespace roofmark {

/// A positive number with an optional decimal prefix k M G T P: "768G" is 768e9.  No unit, no
/// blank. Throws InputError naming `flag`.
double quantity_from(std::string_view text, std::string_view flag);

/// A positive number of bytes with an optional prefix, decimal or binary: "24G" is 24e9, "24Gi" is
/// 24 x 2^30.  Throws InputError naming `flag`.
double size_from(std::string_view text, std::string_view flag);

/// A number in (0, high] as it stands, without prefix: "2666.67".  Throws InputError naming `flag`.
double positive_from(std::string_view text, double high, std::string_view flag);

/// A warning where a value that quantity_from() takes has no prefix and is below 1e9, as no rate of
/// any hardware is: the prefix was forgotten.  Empty: nothing is odd.
std::string quantity_doubt(std::string_view text, std::string_view flag, std::string_view unit);

}  // namespace roofmark
