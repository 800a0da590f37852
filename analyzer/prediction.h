// How long a model would take on the machine of a run: from what the run's kernels reached.
#pragma once

#include <string>

#include "analyzer/analysis.h"
#include "analyzer/roofline.h"

namespace roofmark {

/// Fills `predicted` and `provenance` of each layer and `predicted` of the totals of an analysis
/// made by with_model() of that run, with the same measured roofline:
///
///   measured      the fastest row of the run with the layer's kernel, format and shape
///   interpolated  seconds at the roof / share.  A row's share is its seconds at the roof / its
///   own.
///                 It is interpolated linearly in the logarithms of extent and share between two
///                 rows of one kernel, format, variant and number of threads that differ from the
///                 layer in one extent and enclose it, else weighted with the inverse square of the
///                 distance in the logarithms of the extents (Shepard 1968,
///                 doi:10.1145/800186.810616) where rows enclose it in every extent; never beyond
///                 them.  Of several variants and numbers of threads the fastest.
///   ceiling       seconds at the measured roof: no row is like it
///   spec          seconds at the theoretical roof: the run has no ceiling for it either
///
/// The total is null where nothing says a layer's time.
void put_predictions(Analysis& analysis, const Run& run, const Roofline& measured,
                     const std::string& device);

}  // namespace roofmark
