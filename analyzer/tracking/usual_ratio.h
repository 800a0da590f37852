// What a kernel's time over its probe's usually is when the probe takes as long as now.
#pragma once

#include "analyzer/tracking/evidence.h"

namespace roofmark {

/// Of the change of the ratio, what the earlier rounds do not explain: the median over the new
/// rounds of log(ratio) - (a + b log(probe)), with the line of least squares through the earlier
/// ones.  nullopt where that line says nothing or is not needed:
///   - fewer than fewest_rounds earlier rounds know both, or no new one
///   - the median of the new probes is farther than `floor` (a share) below the least earlier one
///     or above the greatest: a line says nothing of what lies beyond its points
///   - that median is within `floor` of their mean: the probe stayed.
Known<double> beyond_usual_ratio(const Side& before, const Side& after, double floor);

}  // namespace roofmark
