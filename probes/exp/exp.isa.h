// Leaves of the probe of exponentials, one per instruction set.
#pragma once

#include <cstdint>

#include "isas.h"

namespace roofmark {

/// Sums that the elements are added to by turns: as many of these as the vectors have lanes.
inline constexpr std::int64_t exp_lanes = 16, least_exp_lanes = 4;

/// sums[i % lanes] += e^x[i] over all i of `count`, `passes` times, for x in [-87, 88].  count:
/// a power of two from exp_lanes up.  short_exp_sums: by the exponential for results of 16 bits.
#define ROOFMARK_DECLARE(isa, vector_bytes)                                                    \
  namespace isa_##isa {                                                                        \
    void exp_sums(const float* x, std::int64_t count, std::int64_t passes, float* sums);       \
    void short_exp_sums(const float* x, std::int64_t count, std::int64_t passes, float* sums); \
  }
ROOFMARK_EACH_ISA(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE

}  // namespace roofmark
