// What a misspelt name probably meant.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roofmark {

/// The known name at the least Levenshtein distance from `name`, upper and lower case alike; of
/// equals the one that shares the longest beginning, then the first.  nullopt where even that one
/// differs in more than max(2, a third of its length) characters: a suggestion that far off would
/// only mislead.
std::optional<std::string> nearest(std::string_view name,
                                   const std::vector<std::string_view>& known);

/// ASCII letters in lower case; other bytes as they are.
std::string lower_case(std::string_view text);

}  // namespace roofmark
