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

/// Median seconds per launch of the probe in a row's chosen pairs; null: it has none.
Known<double> probe_seconds(const Measurement& row);

/// A probe that runs beside a kernel at less than this part of its best rate met what the kernel
/// need not have met: a neighbour that takes half of a core's multipliers halves a loop of nothing
/// but products, and slows one that also waits for memory much less.  Of 461 rows taken beside busy
/// neighbours two stood below 0.85.
inline constexpr double least_probe_rate = 0.8;
/// Below it a row says what it is of the probe at its best.
inline constexpr double usual_probe_rate = 0.95;

}  // namespace roofmark
