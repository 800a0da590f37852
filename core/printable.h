// Untrusted text (file names, JSON keys) made fit for a one-line message.
#pragma once

#include <string>
#include <string_view>

namespace roofmark {

/// `text` with everything that could disturb a terminal or a log line escaped: control characters
/// and bytes that are not UTF-8 as \xNN; line separators and direction marks (U+2028-202E,
/// U+2066-2069) and C1 controls as \uNNNN.  Longer than max_bytes: cut between characters and ended
/// with "...".
std::string printable(std::string_view text, std::size_t max_bytes = 120);

/// Length in bytes of the UTF-8 character that `text` begins with (RFC 3629: no overlong forms, no
/// surrogates, at most U+10FFFF); 0 where there is none.
std::size_t utf8_length(std::string_view text);

}  // namespace roofmark
