#include "core/nearest.h"

#include <algorithm>

namespace roofmark {
namespace {

std::size_t levenshtein(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::optional<std::string> nearest(std::string_view name,
                                   const std::vector<std::string_view>& known) {
  constexpr std::size_t longest =
      256;  // no name of ours is longer; keeps a hostile one from costing time
  if (name.size() > longest) return std::nullopt;
  std::optional<std::string> best;
  std::size_t least = 0;
  for (const std::string_view candidate : known) {
    const std::size_t distance = levenshtein(lower_case(name), lower_case(candidate));
    if (distance <= std::max<std::size_t>(2, candidate.size() / 3) && (!best || distance < least)) {
      best = std::string(candidate);
      least = distance;
    }
  }
  return best;
}

}  // namespace roofmark
