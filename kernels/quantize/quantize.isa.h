// Leaves of the dynamic quantization, one per instruction set and type of element.
#pragma once

#include <cstdint>

#include "core/sixteen_bits.isa.h"
#include "isas.h"

namespace roofmark {

/// q[r,c] = round(127 x[r,c] / max_c |x[r,c]|), ties to even, and scales[r] = max_c |x[r,c]| / 127,
/// so that x = scales q to half a step; zeros where a row has nothing else. x, q: [rows, cols]
/// row-major and dense.  The largest |x| of a row is 0 or at least 4e-37; NaN and infinity have no
/// meaning.
template <class T>
using QuantizeFunction = void(const T* x, std::int8_t* q, float* scales, std::int64_t rows,
                              std::int64_t cols);
template <class T>
using QuantizeLeaf = QuantizeFunction<T>*;

#define ROOFMARK_DECLARE_OF(T) QuantizeFunction<T> quantize;
#define ROOFMARK_DECLARE(isa, vector_bytes)    \
  namespace isa_##isa {                        \
    ROOFMARK_EACH_ELEMENT(ROOFMARK_DECLARE_OF) \
  }
ROOFMARK_EACH_ISA(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE
#undef ROOFMARK_DECLARE_OF

}  // namespace roofmark
