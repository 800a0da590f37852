// A vector of f32 as wide as the instruction set a leaf is compiled for, for *.isa.cpp alone.
// Everything here has internal linkage: a weak symbol could hand AVX-512 code to an old host.
#pragma once

#include <cstdint>

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

constexpr int lanes = ROOFMARK_VECTOR_BYTES / 4;

typedef float vf32 __attribute__((vector_size(ROOFMARK_VECTOR_BYTES)));
typedef std::int32_t vi32 __attribute__((vector_size(ROOFMARK_VECTOR_BYTES)));
typedef float vf32_unaligned
    __attribute__((vector_size(ROOFMARK_VECTOR_BYTES), aligned(4), may_alias));

#define ROOFMARK_LEAF static inline __attribute__((always_inline))

ROOFMARK_LEAF vf32 load(const float* at) { return *reinterpret_cast<const vf32_unaligned*>(at); }
ROOFMARK_LEAF void store(float* at, vf32 value) { *reinterpret_cast<vf32_unaligned*>(at) = value; }
ROOFMARK_LEAF vf32 broadcast(float value) { return vf32{} + value; }

/// Sum over lanes, pairwise.
ROOFMARK_LEAF float sum(vf32 v) {
  float total = 0;
  for (int i = 0; i < lanes; ++i) total += v[i];
  return total;
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
