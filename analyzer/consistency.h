// Pairs of ceilings that physics ties together; a broken pair means that one of them was measured
// wrong.
#pragma once

#include <vector>

#include "analyzer/ceilings.h"

namespace roofmark {

/// Warnings, each naming both rows, where two rows that ran in the same place disagree by more than
/// 5 % with what the spec or arithmetic says of them:
///   rates per cycle   of two formats (f64 = f32 / 2, int16 = int8 / 2, f16 = 2 x f32), of two
///                     widths (avx128, avx2, avx512) and of a dot product or matrix instruction and
///                     the multiply-add beside it, in the ratio that the spec has them.  Divisions
///                     and square roots are left out: their rates depend on the operands
///   N threads         N x 1 thread (compute and l1, whose cores share nothing; per cycle)
///   reads             at least half of copies; of a nearer level no slower than of a farther one
///   latency           of a nearer level no longer than of a farther one
/// Of several loops for one rate (avx2-9x6, avx2-11x4) none counts: they lack registers to reach
/// it. Rates per cycle are divided by the clock measured beside them.  Rows of grade X, contended
/// ones and those of more threads than cores are left out.
std::vector<Warning> inconsistencies(const Run& run, const std::vector<Ceiling>& ceilings,
                                     const RunFacts& facts);

}  // namespace roofmark
