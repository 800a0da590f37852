// Leaves of activations, gated and alone, one per instruction set and type of element.
#pragma once

#include <cstdint>

#include "core/sixteen_bits.isa.h"
#include "isas.h"
#include "leaves/activation.h"

namespace roofmark {

/// y[i] = F(gate[i]) up[i] for i in [0, count), computed in f32; y may alias gate or up.  F and its
/// error: activation_model.h.  NAME_nt stores past the caches where y is aligned to a vector.
template <class T>
using GatedFunction = void(const T* gate, const T* up, T* y, std::int64_t count);
template <class T>
using GatedLeaf = GatedFunction<T>*;

/// y[i] = F(x[i]); y may be x.
template <class T>
using PlainFunction = void(const T* x, T* y, std::int64_t count);
template <class T>
using PlainLeaf = PlainFunction<T>*;

#define ROOFMARK_DECLARE_OF(T)                                                       \
  GatedFunction<T> activation, activation_nt, gelu_gated, gelu_gated_nt, relu_gated, \
      relu_gated_nt;                                                                 \
  PlainFunction<T> silu, silu_nt, gelu, gelu_nt, relu, relu_nt;
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
ROOFMARK_EACH_ISA_OF_activation(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE
#undef ROOFMARK_DECLARE_OF

}  // namespace roofmark
