// Beside a model's layers: the theoretical roofline, and what a run measured of them.
#pragma once

#include <string>

#include "analyzer/analysis.h"
#include "analyzer/roofline.h"

namespace roofmark {

/// The theoretical roofline of one device of a run: per format the largest theoretical compute
/// ceiling and the largest theoretical bandwidth of the memory, over all numbers of threads.  Rows
/// of grade X and rows without a value do not count.
Roofline theoretical_roofline(const Analysis& analysis, const std::string& device);

/// Fills attainable_theoretical of the layers whose format and bandwidth that roofline knows.
void put_theoretical(Analysis& analysis, const Roofline& theoretical);

/// Fills point, achieved and shares of each layer from the fastest of analysis.points with the
/// layer's kernel, format and shape on that device.  Shares are of the layer's two roofs, as they
/// stand beside them, and not those of the row's own moment (Point); where such a roof is not known
/// or the row is of another format, the row's own.  A layer that no row measured stays empty, and
/// so do all where the accounting is not the kernels' own.
void put_points(Analysis& analysis, const std::string& device);

/// The analysis of a run with what another analysis says of a model on the run's measured roofline:
/// its title, model or network, layers, totals, storage and sweet spot, the layers beside the
/// theory and under the points.
Analysis with_model(Analysis of_run, Analysis of_model, const std::string& device);

}  // namespace roofmark
