#include "analyzer/tracking/change.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <utility>
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

/// New rounds beside the range of the earlier ones but the strays, towards the side they are on.
class Beyond {
 public:
  Beyond(const Past& past, std::vector<double> fresh) : past_(past), fresh_(std::move(fresh)) {
    middle_ = median(fresh_);
    sign_ = middle_ > past.centre ? 1 : -1;
    farthest_ = sign_ > 0 ? past.highest : -past.lowest;
    clearly_ = sign_ * middle_ > farthest_ + past.spread / 2;
    reach_ = past.spread * std::sqrt(1 + variance_of_median(fresh_.size())) *
             student_t_quantile(0.995, past.freedom);
  }

  /// Whether they are where no earlier one but a stray was.
  bool is_clear() const {
    constexpr std::size_t may_miss = 5;  // one of so many may be a stray itself
    return clearly_ && count() >= fresh_.size() - fresh_.size() / may_miss;
  }

  /// Whether some are where the earlier ones were.
  bool wavers() const {
    return std::any_of(fresh_.begin(), fresh_.end(), [&](double one) { return is_back(one); });
  }

  bool is_near_stray() const { return !near_strays().empty(); }

  /// Whether they may be strays as those before were.
  bool is_known_level() const {
    const std::vector<Stray> near = near_strays();
    if (near.empty()) return false;
    const bool all_passed =
        std::all_of(near.begin(), near.end(), [](const Stray& one) { return one.passed; });
    return !all_passed || more_hits(near.size(), past_.rounds, count(), fresh_.size()) > tail;
  }

 private:
  /// One that may be of the earlier level and not of that of their median.
  bool is_back(double one) const {
    return std::fabs(one - past_.centre) <= reach_ && std::fabs(one - middle_) > reach_;
  }
  /// How many of them are beyond the range: one just above the highest of fifteen quiet rounds
  /// shows no level eight spreads further.
  std::size_t count() const {
    return static_cast<std::size_t>(std::count_if(fresh_.begin(), fresh_.end(), [&](double one) {
      return sign_ * one > farthest_ && !is_back(one);
    }));
  }
  /// Those that may be of the level of their median.
  std::vector<Stray> near_strays() const {
    std::vector<Stray> near = past_.strays;
    std::erase_if(near, [&](const Stray& one) { return std::fabs(one.level - middle_) > reach_; });
    return near;
  }

  const Past& past_;
  std::vector<double> fresh_;
  double middle_ = 0;
  double sign_ = 1;      ///< +1: they are above the earlier ones
  double farthest_ = 0;  ///< of those, times the sign
  double reach_ = 0;     ///< of their median's level: one in a hundred rounds of it is farther
  bool clearly_ = false;
};

/// Rounds, oldest first, of which those `at` places are strays.
std::vector<Stray> strays_at(std::span<const std::size_t> at, std::span<const double> in_order) {
  std::vector<bool> is_stray(in_order.size());
  for (const std::size_t i : at) is_stray[i] = true;
  std::vector<Stray> strays;
  for (const std::size_t i : at) {
    const bool inside = i > 0 && i + 1 < in_order.size();
    strays.push_back({in_order[i], inside && !is_stray[i - 1] && !is_stray[i + 1]});
  }
  return strays;
}

}  // namespace

Past past_of(std::span<const double> values) { return past_of_logarithms(logarithms(values)); }

Past without_strays(std::span<const double> values) {
  constexpr std::size_t fewest = 10, one_of = 7;
  constexpr double far = 5;  // spreads of the rest
  const std::vector<double> logs = logarithms(values);
  if (logs.size() < fewest) return past_of_logarithms(logs);
  std::vector<std::size_t> order(logs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&, middle = median(logs)](std::size_t a, std::size_t b) {
    return std::fabs(logs[a] - middle) < std::fabs(logs[b] - middle);
  });
  std::vector<double> nearest_first;
  nearest_first.reserve(logs.size());
  for (const std::size_t i : order) nearest_first.push_back(logs[i]);
  for (std::size_t strays = logs.size() / one_of; strays > 0; --strays) {
    const auto at = std::span(order).last(strays);
    Past past = past_of_logarithms(std::span(nearest_first).first(logs.size() - strays));
    const bool are_far = std::all_of(at.begin(), at.end(), [&](std::size_t i) {
      return std::fabs(logs[i] - past.centre) > far * past.spread;
    });
    if (!are_far || past.spread == 0) continue;
    past.rounds = logs.size();
    past.strays = strays_at(at, logs);
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
  const Beyond beyond(past, logs);
  change.near_stray = beyond.is_near_stray();
  change.known_level = beyond.is_known_level();
  change.beyond_range = beyond.is_clear();
  change.wavers = beyond.wavers();
  return change;
}

double least_of_few(const Past& past, std::size_t fresh, double floor) {
  if (past.freedom <= 0) return std::numeric_limits<double>::infinity();
  const double error = standard_error(past, fresh);
  const double judged =
      std::max(error * student_t_quantile(1 - tail, past.freedom), std::log1p(floor));
  return std::expm1(judged + error * student_t_quantile(found_at, past.freedom));
}

double detectable(const Past& past, std::size_t fresh, double floor, std::size_t series) {
  if (past.freedom <= 0) return std::numeric_limits<double>::infinity();
  const double error = standard_error(past, fresh);
  const double p = std::min(tail, false_discoveries / (2 * static_cast<double>(series)));
  double judged = std::max(error * student_t_quantile(1 - p, past.freedom), std::log1p(floor));
  if (!past.assumed) {
    judged = std::max(judged, past.highest - past.centre + past.spread / 2);
    if (past.rounds < enough_rounds) {
      judged = std::max(judged, std::log1p(least_of_few(past, fresh, floor)));
    }
  }
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
