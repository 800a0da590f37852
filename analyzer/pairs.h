// The pairs of a row that may be believed: a kernel's sample and its probe's, one after the other.
#pragma once

#include <vector>

#include "core/measurement.h"

namespace roofmark {

/// Fewer say nothing: one pair's halves may have met different neighbours.
inline constexpr std::size_t fewest_pairs = 5;

struct ChosenPairs {
  std::vector<Pair> pairs;  ///< at least fewest_pairs, or none
  bool clean = true;        ///< both samples of each passed the gates
  std::size_t disturbed = 0;
};

/// The clean pairs; where there are fewer than fewest_pairs, all whose flag is_usable().
ChosenPairs chosen_pairs(const Measurement& row);

}  // namespace roofmark
