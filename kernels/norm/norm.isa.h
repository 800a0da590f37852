// Leaves of RMSNorm, one per instruction set.
#pragma once

#include <cstdint>

#include "isas.h"

namespace roofmark {

/// Scales each row of x to unit root mean square, then by w:
///   y[r,c] = w[c] x[r,c] / sqrt(mean_c x[r,c]^2 + eps).
/// x, y: [rows, cols] row-major and dense, y may alias x.  w: [cols].  eps > 0 (Llama: 1e-5).
/// |x| must stay below 1e18: its square must not overflow.
/// Error: |y - y_f64| <= 1e-5 (1 + |y_f64|).  Source: Zhang & Sennrich 2019, arXiv:1910.07467,
/// eq. 4.
using NormLeaf = void (*)(const float* x, const float* w, float* y, std::int64_t rows,
                          std::int64_t cols, float eps);

#define ROOFMARK_DECLARE(isa, vector_bytes)                                                   \
  namespace isa_##isa {                                                                       \
    void norm(const float* x, const float* w, float* y, std::int64_t rows, std::int64_t cols, \
              float eps);                                                                     \
  }
ROOFMARK_EACH_ISA(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE

}  // namespace roofmark
