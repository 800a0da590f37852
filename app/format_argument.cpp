#include "app/format_argument.h"

#include "core/error.h"
#include "core/printable.h"

namespace roofmark {

FormatArgument format_argument(const std::string& text) {
  const std::size_t at = text.find('g');
  const bool is_group = at != std::string::npos && text[0] == 'w';
  if (!is_group) return {text};
  const std::string digits = text.substr(at + 1);
  const bool is_number = !digits.empty() && digits.size() <= 4 &&
                         digits.find_first_not_of("0123456789") == std::string::npos;
  const std::int64_t group = is_number ? std::stoll(digits) : 0;
  if (group < 8 || group > 1024 || group % 8 != 0) {
    throw InputError("--dtype: \"" + printable(text, 40) +
                     "\" names no group of weights (they are multiples of 8, 8 to 1024); write it "
                     "like w4a16g32");
  }
  if (text.compare(0, 3, "w4a") != 0) {
    throw InputError("--dtype: \"" + printable(text, 40) +
                     "\" names a group (4-bit weights alone have one); write it like w4a16g32");
  }
  return {text.substr(0, at), group};
}

}  // namespace roofmark
