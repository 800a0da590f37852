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

typedef float vf32x4 __attribute__((vector_size(16)));

#define ROOFMARK_LEAF static inline __attribute__((always_inline))

ROOFMARK_LEAF vf32 load(const float* at) { return *reinterpret_cast<const vf32_unaligned*>(at); }
ROOFMARK_LEAF void store(float* at, vf32 value) { *reinterpret_cast<vf32_unaligned*>(at) = value; }
ROOFMARK_LEAF vf32 broadcast(float value) { return vf32{} + value; }

/// Sum over lanes, four at a time: a plain loop becomes a chain of `lanes` additions.
ROOFMARK_LEAF float sum(vf32 v) {
  vf32x4 parts[lanes / 4];
  __builtin_memcpy(parts, &v, sizeof parts);
  for (int i = 1; i < lanes / 4; ++i) parts[0] += parts[i];
  return (parts[0][0] + parts[0][1]) + (parts[0][2] + parts[0][3]);
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
