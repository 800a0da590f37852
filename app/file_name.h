// Names that people choose and files get.
#pragma once

#include <string>

namespace roofmark {

/// Why `name` may not become a file's: it is none of letters, digits, '.', '_' and '-' (no '.' or
/// '-' first), at most 64; empty: it may.  As a check of a command line's option.
inline std::string why_no_file_name(const std::string& name) {
  constexpr const char* allowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  const bool fits = !name.empty() && name.size() <= 64 && name.front() != '.' &&
                    name.front() != '-' && name.find_first_not_of(allowed) == std::string::npos;
  if (fits) return {};
  return "is no name for a file (letters, digits, '.', '_' and '-' make one, at most 64, the first "
         "a letter or digit)";
}

}  // namespace roofmark
