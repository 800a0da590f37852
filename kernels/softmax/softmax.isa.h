// Leaves of the softmax, one per instruction set.
#pragma once

#include <cstdint>

#include "isas.h"

namespace roofmark {

/// y[r,c] = e^(x[r,c] - max_c x[r,c]) / sum_c e^(x[r,c] - max_c x[r,c]).
/// x, y: [rows, cols] row-major and dense; y may alias x.  A masked element, -infinity, becomes 0.
/// A row that is masked whole has no softmax: NaN, as in PyTorch; so has a row that holds a NaN or
/// +infinity.
using SoftmaxLeaf = void (*)(const float* x, float* y, std::int64_t rows, std::int64_t cols);

/// y[i] = e^x[i] for x[i] <= 88, as the softmax computes it: here so that its accuracy can be
/// tested.
using ExponentialsLeaf = void (*)(const float* x, float* y, std::int64_t count);

#define ROOFMARK_DECLARE(isa, vector_bytes)                                       \
  namespace isa_##isa {                                                           \
    void softmax(const float* x, float* y, std::int64_t rows, std::int64_t cols); \
    void exponentials(const float* x, float* y, std::int64_t count);              \
  }
ROOFMARK_EACH_ISA(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE

}  // namespace roofmark
