// The time of a row from its kept samples.
#pragma once

#include <string>

#include "core/measurement.h"

namespace roofmark {

/// "63 of 80 samples dropped: 40 switched, 23 clock", "all 10 samples dropped: 10 stolen"; empty:
/// none was.
std::string dropped_samples(const Measurement& row);

/// Seconds per launch.  The median of the kept samples with its 95 % interval; of a contended row
/// the 10th percentile of time (the 90th of rate) over what is_usable(), without an interval.
///  Whatever would not be finite and positive is null.
struct Timing {
  Known<double> seconds, low, high;
  Known<double> clock_hz;  ///< median over the samples used
  std::string reason;      ///< why there is no time
};
Timing timing_of(const Measurement& row);

/// a / b where that is finite and positive.
Known<double> quotient(double a, double b);
Known<double> quotient(double a, const Known<double>& b);

}  // namespace roofmark
