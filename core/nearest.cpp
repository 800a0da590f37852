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

std::size_t common_prefix(std::string_view a, std::string_view b) {
  const auto end = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first;
  return static_cast<std::size_t>(end - a.begin());
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
  const std::string typed = lower_case(name);
  std::optional<std::string> best;
  std::size_t least = 0, most_shared = 0;
  for (const std::string_view candidate : known) {
    const std::string meant = lower_case(candidate);
    const std::size_t distance = levenshtein(typed, meant), shared = common_prefix(typed, meant);
    if (distance > std::max<std::size_t>(2, candidate.size() / 3)) continue;
    if (best && (distance > least || (distance == least && shared <= most_shared))) continue;
    best = std::string(candidate);
    least = distance;
    most_shared = shared;
  }
  return best;
}

}  // namespace roofmark
