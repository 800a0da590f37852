// A format named on the command line.
#pragma once

#include <cstdint>
#include <string>

namespace roofmark {

/// "w4a16g32" is the format w4a16 with 4-bit weights in groups of 32 that share a scale.
struct FormatArgument {
  std::string name;        ///< without the group
  std::int64_t group = 0;  ///< 0: not said
};

/// Throws InputError where a group is said of other weights, or one that no kernel takes: they are
/// multiples of 8 up to 1024.
FormatArgument format_argument(const std::string& text);

}  // namespace roofmark
