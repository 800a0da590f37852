#include "core/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace roofmark {
namespace {

std::vector<double> sorted(std::span<const double> values) {
  std::vector<double> copy(values.begin(), values.end());
  std::sort(copy.begin(), copy.end());
  return copy;
}

/// Largest l >= 1 with P(Bin(n, 1/2) < l) <= 0.025; 0 where there is none.
std::size_t lower_rank(std::size_t n) {
  // Log terms, because 2^-n underflows beyond n = 1074.
  const double dn = static_cast<double>(n);
  double below = 0.0;
  std::size_t l = 0;
  for (std::size_t k = 0; k < n; ++k) {
    const double dk = static_cast<double>(k);
    below += std::exp(std::lgamma(dn + 1) - std::lgamma(dk + 1) - std::lgamma(dn - dk + 1) -
                      dn * std::log(2.0));
    if (below > 0.025) break;
    l = k + 1;
  }
  return l;
}

}  // namespace

double quantile(std::span<const double> values, double q) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> x = sorted(values);
  const double at = q * static_cast<double>(x.size() - 1);
  const std::size_t low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, x.size() - 1);
  return x[low] + (at - static_cast<double>(low)) * (x[high] - x[low]);
}

double median(std::span<const double> values) { return quantile(values, 0.5); }

Interval median_interval(std::span<const double> values) {
  if (values.empty()) {
    return {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
  }
  const std::vector<double> x = sorted(values);
  const std::size_t l = lower_rank(x.size());
  if (l == 0) return {x.front(), x.back()};
  return {x[l - 1], x[x.size() - l]};
}

double relative_half_width(std::span<const double> values) {
  if (values.size() < 2) return std::numeric_limits<double>::infinity();
  const Interval interval = median_interval(values);
  return (interval.high - interval.low) / (2.0 * median(values));
}

}  // namespace roofmark
