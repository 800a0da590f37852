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
  const auto counted = static_cast<double>(past.rounds - past.strays.size());
  return past.spread * std::sqrt(variance_of_median(fresh) + 1 / counted);
}

Past past_of_logarithms(std::span<const double> logs) {
  assert(!logs.empty());
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

/// Whether new rounds are where no earlier one but a stray was.  `sign`: +1 above them, -1 below.
bool is_beyond_range(const Past& past, std::vector<double> fresh, int sign) {
  constexpr std::size_t may_miss = 5;  // one of so many may be a stray itself
  for (double& one : fresh) one *= sign;
  std::sort(fresh.begin(), fresh.end());
  const double middle = median(fresh);
  const double farthest = sign > 0 ? past.highest : -past.lowest;
  if (fresh[fresh.size() / may_miss] <= farthest) return false;
  if (middle <= farthest + past.spread / 2) return false;
  return true;
}

/// Whether a stray may have been a round of the level that the median of new ones is at.
bool is_known_level(const Past& past, double middle, std::size_t fresh) {
  constexpr double level = 0.995;  // on either side: one stray in a hundred is taken for another's
  const double reach = past.spread * std::sqrt(1 + variance_of_median(fresh)) *
                       student_t_quantile(level, past.freedom);
  return std::any_of(past.strays.begin(), past.strays.end(),
                     [&](double stray) { return std::fabs(stray - middle) <= reach; });
}

}  // namespace

Past past_of(std::span<const double> values) { return past_of_logarithms(logarithms(values)); }

Past without_strays(std::span<const double> values) {
  constexpr std::size_t fewest = 10, one_of = 7;
  constexpr double far = 5;  // spreads of the rest
  std::vector<double> logs = logarithms(values);
  if (logs.size() < fewest) return past_of_logarithms(logs);
  std::sort(logs.begin(), logs.end(), [middle = median(logs)](double a, double b) {
    return std::fabs(a - middle) < std::fabs(b - middle);
  });
  for (std::size_t strays = logs.size() / one_of; strays > 0; --strays) {
    const std::span<const double> rest(logs.data(), logs.size() - strays);
    Past past = past_of_logarithms(rest);
    const bool are_far =
        std::all_of(logs.end() - static_cast<std::ptrdiff_t>(strays), logs.end(),
                    [&](double one) { return std::fabs(one - past.centre) > far * past.spread; });
    if (!are_far || past.spread == 0) continue;
    past.rounds = logs.size();
    past.strays.assign(logs.end() - static_cast<std::ptrdiff_t>(strays), logs.end());
    return past;
  }
  return past_of_logarithms(logs);
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
  change.known_level = is_known_level(past, middle, logs.size());
  change.beyond_range = !change.known_level && is_beyond_range(past, logs, difference > 0 ? 1 : -1);
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
