// Leaves of the matrix-vector product, one per instruction set.
#pragma once

#include <cstdint>

#include "isas.h"

namespace roofmark {

/// y[r] = sum_i w[r,i] x[i].  w: [rows, k] row-major and dense, x: [k], y: [rows]; nothing may
/// alias y.
using GemvLeaf = void (*)(const float* w, const float* x, float* y, std::int64_t rows,
                          std::int64_t k);

#define ROOFMARK_DECLARE(isa, vector_bytes)                                                 \
  namespace isa_##isa {                                                                     \
    void gemv(const float* w, const float* x, float* y, std::int64_t rows, std::int64_t k); \
  }
ROOFMARK_EACH_ISA(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE

}  // namespace roofmark
