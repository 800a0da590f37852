// A text file compiled into the program.
#pragma once

#include <string_view>
#include <vector>

namespace roofmark {

struct EmbeddedFile {
  std::string_view name;  ///< without folder and extension
  std::string_view text;
};

}  // namespace roofmark
