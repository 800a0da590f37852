// What ceilings say together that none of them says alone.
#pragma once

#include <string>
#include <vector>

#include "analyzer/analysis.h"

namespace roofmark {

/// Sentences for people:
///   reading the memory  at which of the measured numbers of threads it is fastest, per device,
///   kind
///                       of core and node: the ceiling of the device, whichever number that is
///   clocks              of instruction sets whose compute rows (grade A or B) all ran at another
///                       clock than the scalar ones, else than the fastest, at one number of
///                       threads, their medians more than 2 % apart
///   sweeps              their notes
std::vector<std::string> findings(const std::vector<Ceiling>& ceilings,
                                  const std::vector<Sweep>& sweeps);

}  // namespace roofmark
