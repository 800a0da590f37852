// From the rows of a sweep over sizes to the levels of memory that it shows.
#pragma once

#include <vector>

#include "analyzer/analysis.h"

namespace roofmark {

/// One sweep per device, instruction set, number of threads and place: the rows of level "sweep",
/// whose extent `bytes` is the working set of all threads, by size.  Rows without a value and those
/// of grade X are left out.  Plateaus are those of analyzer/plateaus.h; each is named for the level
/// that the reported caches put at the size at its middle.  Notes say where a cache that the sweep
/// passes through ends no plateau within a factor of two, and where there are fewer plateaus than
/// levels with three sizes beyond twice the level before, or more than levels with three sizes.
std::vector<Sweep> sweeps_of(const Run& run, const std::vector<Ceiling>& ceilings);

/// "sweep avx512, 2 threads": for titles and notes.
std::string sweep_name(const Sweep& sweep);

}  // namespace roofmark
