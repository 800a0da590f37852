#include "analyzer/tracking/change.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "analyzer/tracking/distributions.h"
#include "core/statistics.h"

namespace roofmark {
namespace {

constexpr double tail = (1 - judged_level) / 2;

std::vector<double> logarithms(std::span<const double> values) {
  std::vector<double> logs;
  logs.reserve(values.size());
  for (const double value : values) {
    assert(std::isfinite(value) && value > 0);
    logs.push_back(std::log(value));
  }
  return logs;
}

/// Standard error of the median of k new rounds beside the mean of the earlier ones.
double standard_error(const Past& past, std::size_t fresh) {
  return past.spread * std::sqrt(variance_of_median(fresh) + 1 / static_cast<double>(past.rounds));
}

}  // namespace

Past past_of(std::span<const double> values) {
  assert(!values.empty());
  const std::vector<double> logs = logarithms(values);
  Past past;
  past.rounds = logs.size();
  for (const double one : logs) past.centre += one;
  past.centre /= static_cast<double>(logs.size());
  past.lowest = *std::min_element(logs.begin(), logs.end());
  past.highest = *std::max_element(logs.begin(), logs.end());
  if (logs.size() < 2) return past;
  past.freedom = static_cast<double>(logs.size() - 1);
  double squares = 0;
  for (const double one : logs) squares += (one - past.centre) * (one - past.centre);
  past.spread = std::sqrt(squares / past.freedom);
  return past;
}

Past assumed(Past past, double spread, double freedom) {
  past.spread = spread;
  past.freedom = freedom;
  past.assumed = true;
  return past;
}

double variance_of_median(std::size_t k) {
  constexpr std::array exact{1.0,    0.5,    0.4487, 0.2982, 0.2868,
                             0.2147, 0.2104, 0.1682, 0.1661, 0.1383};
  assert(k > 0);
  if (k <= exact.size()) return exact[k - 1];
  return std::numbers::pi / (2 * static_cast<double>(k) + std::numbers::pi - 2);
}

Shift change_of(const Past& past, std::span<const double> fresh) {
  assert(!fresh.empty() && past.freedom > 0);
  const std::vector<double> logs = logarithms(fresh);
  const double middle = median(logs), difference = middle - past.centre;
  const double error = standard_error(past, fresh.size());
  const double reach = error * student_t_quantile(1 - tail, past.freedom);
  Shift change;
  change.share = std::expm1(difference);
  change.low = std::expm1(difference - reach);
  change.high = std::expm1(difference + reach);
  if (difference != 0) {
    change.p = error > 0 ? student_t_two_sided(difference / error, past.freedom) : 0;
  }
  change.outside = std::fabs(difference) > reach;
  const auto [least, most] = std::minmax_element(logs.begin(), logs.end());
  const bool above = *least > past.highest && middle > past.highest + past.spread / 2;
  const bool below = *most < past.lowest && middle < past.lowest - past.spread / 2;
  change.beyond_range = above || below;
  return change;
}

double detectable(const Past& past, std::size_t fresh, double floor) {
  if (past.freedom <= 0) return std::numeric_limits<double>::infinity();
  const double error = standard_error(past, fresh);
  const double judged =
      std::max(error * student_t_quantile(1 - tail, past.freedom), std::log1p(floor));
  return std::expm1(judged + error * student_t_quantile(found_at, past.freedom));
}

double false_discovery_limit(std::span<const double> p, double q) {
  std::vector<double> sorted(p.begin(), p.end());
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = sorted.size(); i > 0; --i) {
    if (sorted[i - 1] <= q * static_cast<double>(i) / static_cast<double>(sorted.size())) {
      return sorted[i - 1];
    }
  }
  return 0;
}

}  // namespace roofmark
