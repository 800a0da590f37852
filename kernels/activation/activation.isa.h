// Leaves of the gated activation, one per instruction set and type of element.
#pragma once

#include <cstdint>

#include "core/sixteen_bits.isa.h"
#include "isas.h"

namespace roofmark {

/// y[i] = gate[i] / (1 + e^-gate[i]) up[i] for i in [0, count), computed in f32; y may alias gate
/// or up.  Error: |y - y_f64| <= u (12 + 2 |gate|) |y_f64| + 1.1e-36 |up|, u = 2^-24, before
/// rounding. activation_nt stores past the caches where y is aligned to a vector.
template <class T>
using ActivationFunction = void(const T* gate, const T* up, T* y, std::int64_t count);
template <class T>
using ActivationLeaf = ActivationFunction<T>*;

#define ROOFMARK_DECLARE_OF(T) ActivationFunction<T> activation, activation_nt;
#define ROOFMARK_DECLARE(isa, vector_bytes)    \
  namespace isa_##isa {                        \
    ROOFMARK_EACH_ELEMENT(ROOFMARK_DECLARE_OF) \
  }
ROOFMARK_EACH_ISA(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE
#undef ROOFMARK_DECLARE_OF

}  // namespace roofmark
