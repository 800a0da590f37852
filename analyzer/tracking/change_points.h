// Where a history changed.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace roofmark {

struct ChangePoint {
  std::size_t at = 0;            ///< the first value after the change
  double before = 0, after = 0;  ///< medians between the neighbouring change points
  double share = 0;              ///< after / before - 1
  double p = 1;                  ///< of Student's t test between them
};

struct ChangePointRules {
  std::size_t window = 50;    ///< values looked at together; windows overlap by half
  std::size_t least = 3;      ///< values on either side of a change
  std::size_t newest = 5;     ///< a change with at most so many values behind it is a new one
  double newest_p = 0.0125;   ///< P below which a new change is believed
  double older_p = 0.010;     ///< the same of all older ones together
  double least_share = 0.01;  ///< smaller steps of the means are no news
};

/// The P of Student's t test below which a split of n values with `behind` of them after it is
/// believed.  A new change, at the end of the history, has newest_p to itself: it is what somebody
/// waits for, and with three values behind it has the least to show.  All others share older_p as
/// if they were 1 + 5 log((n - least) / least) independent tests: the splits of n values resemble
/// one another, and what resembles nothing yet tested grows as the logarithm of their number
/// (James, James & Siegmund, Tests for a change-point, Biometrika 74(1), 1987); the 5 is fitted to
/// simulated values (docs/tracking.md).
double significance_limit(std::size_t n, std::size_t behind, bool at_end,
                          const ChangePointRules& rules);

/// E-Divisive: within a window the split that maximizes the energy distance
///   q(m) = m k / (m + k) (2 mean|x - y| - mean|x - x'| - mean|y - y'|),  m values x, k values y,
/// is a change where Student's t test between both sides says so (significance_limit); then both
/// sides are searched alike.  Changes that lose their significance between the final neighbours are
/// dropped, the least significant first.  Values are positive, oldest first; judged in their
/// logarithm. Deterministic. Sources: Matteson & James, A Nonparametric Approach for Multiple
/// Change Point Analysis of Multivariate Data, JASA 109(505), 2014; windows and t test in place of
/// permutations: Fleming et al., Hunter: Using Change Point Detection to Hunt for Performance
/// Regressions, ICPE 2023.
std::vector<ChangePoint> change_points(std::span<const double> values,
                                       const ChangePointRules& rules = {});

}  // namespace roofmark
