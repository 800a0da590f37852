#include "core/pairs.h"

#include "core/statistics.h"

namespace roofmark {

ChosenPairs chosen_pairs(const Measurement& row) {
  ChosenPairs clean, all;
  all.clean = false;
  for (const Pair& pair : row.pairs) {
    if (pair.flag.empty()) clean.pairs.push_back(pair);
    if (!is_usable(pair.flag)) continue;
    all.pairs.push_back(pair);
    all.disturbed += !pair.flag.empty();
  }
  if (clean.pairs.size() >= fewest_pairs) return clean;
  if (all.pairs.size() < fewest_pairs) all.pairs.clear();
  return all;
}

Known<double> probe_seconds(const Measurement& row) {
  std::vector<double> seconds;
  for (const Pair& pair : chosen_pairs(row).pairs) seconds.push_back(pair.companion_s);
  if (seconds.empty()) return std::nullopt;
  return median(seconds);
}

}  // namespace roofmark
