// Text inside SVG and HTML.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace roofmark {

/// Made plain (plain_text.h), shortened, and escaped for text and for quoted attributes alike.
std::string markup_text(std::string_view text, std::size_t columns = 200);

/// JSON for a <script type="application/json">: < > & and the two line separators of Unicode
/// written as \u escapes, so that nothing in it ends the element.  The JSON means the same.
std::string script_json(std::string_view json);

}  // namespace roofmark
