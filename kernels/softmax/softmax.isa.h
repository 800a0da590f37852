// Leaves of the softmax, one per instruction set and type of element.
#pragma once

#include <cstdint>

#include "core/sixteen_bits.isa.h"
#include "isas.h"
#include "leaves/softmax.h"

namespace roofmark {

/// y[r,c] = e^(x[r,c] - max_c x[r,c]) / sum_c e^(x[r,c] - max_c x[r,c]), computed in f32.
/// x, y: [rows, cols] row-major and dense; y may alias x.  scratch: [2, cols], best aligned to 64
/// bytes. A masked element, -infinity, becomes 0.  A row that is masked whole has no softmax: NaN,
/// as in PyTorch; so has a row that holds a NaN or +infinity.  softmax_nt stores past the caches
/// where rows of y are aligned to vectors.
template <class T>
using SoftmaxFunction = void(const T* x, T* y, float* scratch, std::int64_t rows,
                             std::int64_t cols);
template <class T>
using SoftmaxLeaf = SoftmaxFunction<T>*;

/// y[i] = e^x[i] for x[i] <= 88, as the softmax computes it in f32, and short_exponentials as it
/// does for results of 16 bits: here so that their accuracy can be tested.
using ExponentialsLeaf = void (*)(const float* x, float* y, std::int64_t count);

#define ROOFMARK_DECLARE_OF(T) SoftmaxFunction<T> softmax, softmax_nt;
#define ROOFMARK_DECLARE(isa, vector_bytes)                                \
  namespace isa_##isa {                                                    \
    ROOFMARK_EACH_ELEMENT(ROOFMARK_DECLARE_OF)                             \
    void exponentials(const float* x, float* y, std::int64_t count);       \
    void short_exponentials(const float* x, float* y, std::int64_t count); \
  }
ROOFMARK_EACH_ISA(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE
/// Those of bf16 are also there for processors that round to it.
#define ROOFMARK_DECLARE(isa, vector_bytes) \
  namespace isa_##isa {                     \
    ROOFMARK_DECLARE_OF(bf16)               \
  }
ROOFMARK_EACH_ISA_OF_softmax(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE
#undef ROOFMARK_DECLARE_OF

}  // namespace roofmark
