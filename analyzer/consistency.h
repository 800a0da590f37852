// Pairs of ceilings that physics ties together; a broken pair means that one of them was measured
// wrong.
#pragma once

#include <vector>

#include "analyzer/ceilings.h"

namespace roofmark {

/// Warnings, each naming both rows, where the spec or arithmetic says
///   f64 = f32 / 2 and avx512 = 2 x avx2   (where the spec has them so; per cycle)
///   N threads = N x 1 thread              (compute and l1, whose cores share nothing; per cycle)
///   read >= copy / 2                      (same level, variant, threads and pages)
/// by more than 5 %.  Rates are divided by the clock measured beside them.  Rows of grade X and
/// rows of more threads than cores are left out.
std::vector<Warning> inconsistencies(const Run& run, const std::vector<Ceiling>& ceilings,
                                     const RunFacts& facts);

}  // namespace roofmark
