// Robust statistics of samples: order statistics and distribution-free intervals.
#pragma once

#include <span>
#include <vector>

namespace roofmark {

/// Median of the values; NaN where there are none.
double median(std::span<const double> values);

/// Quantile q in [0, 1] by linear interpolation between order statistics (Hyndman & Fan type 7).
double quantile(std::span<const double> values, double q);

struct Interval {
  double low = 0, high = 0;
};

/// Distribution-free 95 % confidence interval of the median from binomial order statistics:
/// (x_(l), x_(n+1-l)) with the largest l such that P(Bin(n, 1/2) < l) <= 0.025.  With n < 6 no such
/// interval exists and the range of the values is returned.
/// Source: Conover, Practical Nonparametric Statistics, 3rd ed., section 3.2.
Interval median_interval(std::span<const double> values);

/// (high - low) / (2 median): what a stopping rule compares with its target.  Infinite below 2
/// values.
double relative_half_width(std::span<const double> values);

}  // namespace roofmark
