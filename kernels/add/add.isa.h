// Leaves of the residual add, one per instruction set and type of element.
#pragma once

#include <cstdint>

#include "core/sixteen_bits.isa.h"
#include "isas.h"
#include "leaves/add.h"

namespace roofmark {

/// y[i] = x[i] + r[i] for i in [0, count), computed in f32; y may alias x or r.
/// add_nt stores past the caches where y is aligned to a vector.
template <class T>
using AddFunction = void(const T* x, const T* r, T* y, std::int64_t count);
template <class T>
using AddLeaf = AddFunction<T>*;

/// y[i] = x[i] for i in [0, count), exact to the wider type, to the nearest of the narrower, as
/// every leaf loads and stores its elements: here so that it can be tested.
template <class From, class To>
using ConversionFunction = void(const From* x, To* y, std::int64_t count);

#define ROOFMARK_DECLARE(isa, vector_bytes) \
  namespace isa_##isa {                     \
    AddFunction<float> add, add_nt;         \
    AddFunction<bf16> add, add_nt;          \
    AddFunction<f16> add, add_nt;           \
    ConversionFunction<bf16, float> widen;  \
    ConversionFunction<f16, float> widen;   \
    ConversionFunction<float, bf16> narrow; \
    ConversionFunction<float, f16> narrow;  \
  }
ROOFMARK_EACH_ISA(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE
/// Those of bf16 are also there for processors that round to it.
#define ROOFMARK_DECLARE(isa, vector_bytes) \
  namespace isa_##isa {                     \
    AddFunction<bf16> add, add_nt;          \
  }
ROOFMARK_EACH_ISA_OF_add(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE

}  // namespace roofmark
