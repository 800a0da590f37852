#include "analyzer/tracking/change_points.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <set>

#include "analyzer/tracking/distributions.h"
#include "core/statistics.h"

namespace roofmark {
namespace {

using Values = std::span<const double>;

double mean(Values values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double squares_about(Values values, double centre) {
  double sum = 0;
  for (const double value : values) sum += (value - centre) * (value - centre);
  return sum;
}

/// P of as large a difference of means where there is none; both sides share one variance.
double t_test(Values x, Values y) {
  const double m = static_cast<double>(x.size()), k = static_cast<double>(y.size());
  const double mean_x = mean(x), mean_y = mean(y);
  if (mean_x == mean_y) return 1;
  const double freedom = m + k - 2;
  const double variance = (squares_about(x, mean_x) + squares_about(y, mean_y)) / freedom;
  if (variance == 0) return 0;
  return student_t_two_sided((mean_x - mean_y) / std::sqrt(variance * (1 / m + 1 / k)), freedom);
}

/// The split with the greatest energy distance; 0 where the values are too few.  The sums of
/// |x - x'|, |y - y'| and |x - y| follow from one another as a value changes sides.
std::size_t best_split(Values values, std::size_t least) {
  const std::size_t n = values.size();
  if (n < 2 * least) return 0;
  double within_x = 0, within_y = 0, between = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) within_y += std::fabs(values[i] - values[j]);
  }
  double best = -std::numeric_limits<double>::infinity();
  std::size_t split = 0;
  for (std::size_t moved = 0; moved + 1 < n; ++moved) {
    double to_x = 0, to_y = 0;
    for (std::size_t i = 0; i < moved; ++i) to_x += std::fabs(values[i] - values[moved]);
    for (std::size_t i = moved + 1; i < n; ++i) to_y += std::fabs(values[i] - values[moved]);
    within_x += to_x;
    within_y -= to_y;
    between += to_y - to_x;
    const std::size_t count = moved + 1;
    if (count < least || n - count < least) continue;
    const double m = static_cast<double>(count), k = static_cast<double>(n - count);
    const double distance =
        m * k / (m + k) *
        (2 * between / (m * k) - 2 * within_x / (m * (m - 1)) - 2 * within_y / (k * (k - 1)));
    if (distance > best) {
      best = distance;
      split = count;
    }
  }
  return split;
}

/// The split moved past values that plainly belong to the other side, within a quarter of the step
/// from its mean: with few values behind a large step the distance alone takes in a neighbour.
std::size_t settled(Values values, std::size_t split) {
  const double before = mean(values.first(split)), after = mean(values.subspan(split));
  const double near = std::fabs(after - before) / 4;
  while (split < values.size() && std::fabs(values[split] - before) < near) ++split;
  while (split > 0 && std::fabs(values[split - 1] - after) < near) --split;
  return split;
}

/// Searches `values`, which begin at `first` of a history of `total`.
void search(Values values, std::size_t first, std::size_t total, const ChangePointRules& rules,
            std::set<std::size_t>& found) {
  std::size_t split = best_split(values, rules.least);
  if (split == 0) return;
  const std::size_t n = values.size();
  const double limit = significance_limit(n, n - split, first + n == total, rules);
  if (t_test(values.first(split), values.subspan(split)) >= limit) return;
  split = settled(values, split);
  if (split < rules.least || n - split < rules.least) return;
  found.insert(first + split);
  search(values.first(split), first, total, rules, found);
  search(values.subspan(split), first + split, total, rules, found);
}

ChangePoint between(Values logs, std::size_t first, std::size_t at, std::size_t end) {
  const Values x = logs.subspan(first, at - first), y = logs.subspan(at, end - at);
  // Medians: one stray of ten rounds that took twice as long is 7 % of their mean.
  const double before = median(x), after = median(y);
  return {.at = at,
          .before = std::exp(before),
          .after = std::exp(after),
          .share = std::expm1(after - before),
          .p = t_test(x, y)};
}

/// As a share, whichever way: what the t test tests.
double step_of_means(Values logs, std::size_t first, std::size_t at, std::size_t end) {
  return std::fabs(
      std::expm1(mean(logs.subspan(at, end - at)) - mean(logs.subspan(first, at - first))));
}

/// Without those that do not stand between their neighbours, the least significant first: two
/// windows may have put one change beside another.
std::vector<ChangePoint> pruned(Values logs, std::vector<std::size_t> at,
                                const ChangePointRules& rules) {
  const double least = rules.least_share;
  for (;;) {
    std::vector<ChangePoint> all;
    std::size_t worst = at.size();
    for (std::size_t i = 0; i < at.size(); ++i) {
      const std::size_t first = i == 0 ? 0 : at[i - 1];
      const std::size_t end = i + 1 == at.size() ? logs.size() : at[i + 1];
      all.push_back(between(logs, first, at[i], end));
      const double limit = significance_limit(end - first, end - at[i], end == logs.size(), rules);
      const bool stands = all[i].p < limit && step_of_means(logs, first, at[i], end) >= least &&
                          at[i] - first >= rules.least && end - at[i] >= rules.least;
      if (!stands && (worst == at.size() || all[i].p > all[worst].p)) worst = i;
    }
    if (worst == at.size()) return all;
    at.erase(at.begin() + static_cast<std::ptrdiff_t>(worst));
  }
}

}  // namespace

double significance_limit(std::size_t n, std::size_t behind, bool at_end,
                          const ChangePointRules& rules) {
  if (at_end && behind <= rules.newest) return rules.newest_p;
  const double least = static_cast<double>(rules.least);
  return rules.older_p /
         (1 + 5 * std::log(std::max(1.0, (static_cast<double>(n) - least) / least)));
}

std::vector<ChangePoint> change_points(std::span<const double> values,
                                       const ChangePointRules& rules) {
  assert(rules.least >= 2 && rules.window >= 2 * rules.least);
  std::vector<double> logs;
  logs.reserve(values.size());
  for (const double value : values) {
    assert(std::isfinite(value) && value > 0);
    logs.push_back(std::log(value));
  }
  const Values all(logs);
  std::set<std::size_t> found;
  // The last window ends with the history, so that its newest values are seen with a whole window.
  for (std::size_t end = logs.size();;) {
    const std::size_t first = end > rules.window ? end - rules.window : 0;
    search(all.subspan(first, end - first), first, logs.size(), rules, found);
    if (first == 0) break;
    end -= rules.window / 2;
  }
  return pruned(all, {found.begin(), found.end()}, rules);
}

}  // namespace roofmark
