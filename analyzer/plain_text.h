// Names and reasons come from files that others wrote: here they become text that does nothing but
// read.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace roofmark {

/// The text without what acts instead of being read: ANSI escape sequences, control characters
/// (tabs and line ends become a space), bidirectional and zero-width controls.  Broken UTF-8
/// becomes U+FFFD.
std::string plain(std::string_view text);

/// Columns that the text takes in a terminal: 0 for combining marks, 2 for wide East Asian
/// characters and emoji, 1 otherwise.  Expects valid UTF-8.
std::size_t display_width(std::string_view text);

/// At most `columns` columns; the middle of what is longer is replaced with an ellipsis, because
/// names that begin alike differ at their ends.  Expects valid UTF-8.
std::string shorten(std::string_view text, std::size_t columns);

/// shorten(plain(text), columns) in time that does not grow with what is left out.
std::string plain_within(std::string_view text, std::size_t columns);

}  // namespace roofmark
