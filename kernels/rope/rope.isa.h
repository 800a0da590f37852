// Leaves of the rotary position embedding, one per instruction set and type of element.
#pragma once

#include <cstdint>

#include "core/sixteen_bits.isa.h"
#include "isas.h"
#include "leaves/rope.h"

namespace roofmark {

/// Turns each pair of elements, i and i + half of a head, by an angle of its token, in f32:
///   y[t,h,i] = x[t,h,i] cos[t,i] - x[t,h,i+half] sin[t,i],
///   y[t,h,i+half] = x[t,h,i] sin[t,i] + x[t,h,i+half] cos[t,i].
/// x, y: [tokens, heads, 2 half] row-major and dense; y may alias x.  cosines, sines: [tokens,
/// half]. Error: 2^-23 (|x cos| + |x sin|) before rounding.  Source: Su et al. 2021,
/// arXiv:2104.09864, eq. 34. rope_nt stores past the caches where halves of heads are aligned to
/// vectors.
template <class T>
using RopeFunction = void(const T* x, const float* cosines, const float* sines, T* y,
                          std::int64_t tokens, std::int64_t heads, std::int64_t half);
template <class T>
using RopeLeaf = RopeFunction<T>*;

#define ROOFMARK_DECLARE_OF(T) RopeFunction<T> rope, rope_nt;
#define ROOFMARK_DECLARE(isa, vector_bytes)    \
  namespace isa_##isa {                        \
    ROOFMARK_EACH_ELEMENT(ROOFMARK_DECLARE_OF) \
  }
ROOFMARK_EACH_ISA(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE
/// Those of bf16 are also there for processors that round to it.
#define ROOFMARK_DECLARE(isa, vector_bytes) \
  namespace isa_##isa {                     \
    ROOFMARK_DECLARE_OF(bf16)               \
  }
ROOFMARK_EACH_ISA_OF_rope(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE
#undef ROOFMARK_DECLARE_OF

}  // namespace roofmark
