// Leaves of the multiply-add probe, one per instruction set.
#pragma once

#include <cstdint>

#include "isas.h"

namespace roofmark {

/// What the instructions of a turn do to a chain x, with operands m1, c1, m2, c2.
enum class FmaKind {
  scaled,       ///< x = x m1 + c1, then x = x m2 + c2: fused multiply-add that scales (x86)
  accumulated,  ///< x = x + m1 c1, then x = x + m2 c2: fused multiply-add that accumulates (Arm)
  separate,     ///< the first 8 chains x = x m1, seven times; the other 7 x = x + m1, then
                ///< x = x - m1, four times over (SSE2)
};

struct FmaStream {
  int chains = 0;        ///< independent accumulators of one vector each
  int instructions = 0;  ///< in a turn of the loop
  FmaKind kind = FmaKind::scaled;
};

/// Runs `turns` turns over accumulators [chains][lanes] with operands [4][lanes] = m1, c1, m2, c2.
template <class Real>
using FmaLeaf = void (*)(std::int64_t turns, const Real* operands, Real* accumulators);

#define ROOFMARK_DECLARE(isa, vector_bytes)                                         \
  namespace isa_##isa {                                                             \
    FmaStream fma_stream();                                                         \
    void fma_f32(std::int64_t turns, const float* operands, float* accumulators);   \
    void fma_f64(std::int64_t turns, const double* operands, double* accumulators); \
  }
ROOFMARK_EACH_ISA(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE

}  // namespace roofmark
