// Quantities on the command line: "155T", "768G", "2.5e12".
#pragma once

#include <string>
#include <string_view>

namespace roofmark {

/// A unit of rates, and the least and the most that hardware is taken to do.
struct RateUnit {
  std::string_view name;
  double least, most;
};
/// From a microcontroller to some hundred of the fastest devices of 2025 (9e15 op/s, 8e12 B/s), or
/// a wafer's memory (2.1e16 B/s).
inline constexpr RateUnit ops_per_second{"op/s", 1e6, 1e19}, bytes_per_second{"B/s", 1e6, 1e17};

/// A number with an optional decimal prefix k M G T P, in the unit's range: "768G" is 768e9.  No
/// unit, no blank.  Throws InputError naming `flag`, and the range.
double quantity_from(std::string_view text, std::string_view flag, const RateUnit& unit);

/// A number of bytes, 1 to 1e18, with an optional prefix, decimal or binary: "24G" is 24e9, "24Gi"
/// is 24 x 2^30.  Throws InputError naming `flag`.
double size_from(std::string_view text, std::string_view flag);

/// A number from low to high as it stands, without prefix: "2666.67".  Throws InputError naming
/// `flag`, and the range.
double number_from(std::string_view text, double low, double high, std::string_view flag);

/// A warning where a value that quantity_from() takes has no prefix and is below 1e9, as no rate of
/// any hardware is: the prefix was forgotten.  Empty: nothing is odd.
std::string quantity_doubt(std::string_view text, std::string_view flag, const RateUnit& unit);

}  // namespace roofmark
