// Leaves of RMSNorm, LayerNorm and RMSNorm after a residual add, one per instruction set and type
// of element.  All compute in f32; _nt stores past the caches where rows of y are aligned to
// vectors.
#pragma once

#include <cstdint>

#include "core/sixteen_bits.isa.h"
#include "isas.h"
#include "leaves/add_norm.h"
#include "leaves/layer_norm.h"
#include "leaves/norm.h"

namespace roofmark {

/// Scales each row of x to unit root mean square, then by w:
///   y[r,c] = w[c] x[r,c] / sqrt(mean_c x[r,c]^2 + eps).
/// x, y: [rows, cols] row-major and dense, y may alias x.  w: [cols].  eps > 0 (Llama: 1e-5).
/// |x| must stay below 1e18: its square must not overflow.
/// Error: |y - y_f64| <= 1e-5 (1 + |y_f64|) before y is rounded to its type.  Source: Zhang &
/// Sennrich 2019, arXiv:1910.07467, eq. 4.
template <class T>
using NormFunction = void(const T* x, const T* w, T* y, std::int64_t rows, std::int64_t cols,
                          float eps);
template <class T>
using NormLeaf = NormFunction<T>*;

/// Shifts each row of x to mean 0 and scales it to variance 1, then by w and b:
///   y[r,c] = w[c] (x[r,c] - mean_c x[r,c]) / sqrt(var_c x[r,c] + eps) + b[c].
/// x, y: [rows, cols] row-major and dense, y may alias x.  w, b: [cols].  The variance is the mean
/// square of what is left without the mean, so that a large mean cancels nothing.
/// Error: |y - y_f64| <= 1e-5 (1 + |y_f64| + |w| rms(x) / sqrt(var + eps)) before rounding.
/// Source: Ba, Kiros & Hinton 2016, arXiv:1607.06450, eq. 3.
template <class T>
using LayerNormFunction = void(const T* x, const T* w, const T* b, T* y, std::int64_t rows,
                               std::int64_t cols, float eps);
template <class T>
using LayerNormLeaf = LayerNormFunction<T>*;

/// h = x + r, rounded to its type, and y the RMSNorm of that h.  x, r, h, y: [rows, cols] row-major
/// and dense; h may alias x or r, y none of them.
template <class T>
using AddNormFunction = void(const T* x, const T* r, const T* w, T* h, T* y, std::int64_t rows,
                             std::int64_t cols, float eps);
template <class T>
using AddNormLeaf = AddNormFunction<T>*;

#define ROOFMARK_DECLARE_OF(T)                    \
  NormFunction<T> norm, norm_nt;                  \
  LayerNormFunction<T> layer_norm, layer_norm_nt; \
  AddNormFunction<T> add_norm;
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
ROOFMARK_EACH_ISA_OF_norm(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE
#undef ROOFMARK_DECLARE_OF

}  // namespace roofmark
