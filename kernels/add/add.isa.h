// Leaves of the residual add, one per instruction set.
#pragma once

#include <cstdint>

#include "isas.h"

namespace roofmark {

/// y[i] = x[i] + r[i] for i in [0, count); y may alias x or r.
using AddLeaf = void (*)(const float* x, const float* r, float* y, std::int64_t count);

#define ROOFMARK_DECLARE(isa, vector_bytes)                                 \
  namespace isa_##isa {                                                     \
    void add(const float* x, const float* r, float* y, std::int64_t count); \
  }
ROOFMARK_EACH_ISA(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE

}  // namespace roofmark
