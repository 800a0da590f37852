// A vector of f32 as wide as the instruction set a leaf is compiled for, for *.isa.cpp alone.
// Everything here has internal linkage: a weak symbol could hand AVX-512 code to an old host.
#pragma once

#include <cstdint>

#include "core/sixteen_bits.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

constexpr int lanes = ROOFMARK_VECTOR_BYTES / 4;

typedef float vf32 __attribute__((vector_size(ROOFMARK_VECTOR_BYTES)));
typedef std::int32_t vi32 __attribute__((vector_size(ROOFMARK_VECTOR_BYTES)));
typedef std::uint32_t vu32 __attribute__((vector_size(ROOFMARK_VECTOR_BYTES)));
typedef std::uint16_t vu16 __attribute__((vector_size(ROOFMARK_VECTOR_BYTES / 2)));  // one a lane
typedef float vf32_unaligned
    __attribute__((vector_size(ROOFMARK_VECTOR_BYTES), aligned(4), may_alias));
typedef std::uint16_t vu16_unaligned
    __attribute__((vector_size(ROOFMARK_VECTOR_BYTES / 2), aligned(2), may_alias));

typedef float vf32x4 __attribute__((vector_size(16)));

#define ROOFMARK_LEAF static inline __attribute__((always_inline))

ROOFMARK_LEAF vf32 load(const float* at) { return *reinterpret_cast<const vf32_unaligned*>(at); }
ROOFMARK_LEAF void store(float* at, vf32 value) { *reinterpret_cast<vf32_unaligned*>(at) = value; }
/// Subtracting 0 is nothing; adding it would make 0 of -0.
ROOFMARK_LEAF vf32 broadcast(float value) { return value - vf32{}; }

/// where ? a : b, lane by lane; `where` is all ones or all zeros in each.
ROOFMARK_LEAF vu32 choose(vu32 where, vu32 a, vu32 b) { return (a & where) | (b & ~where); }

/// Sum over lanes, four at a time: a plain loop becomes a chain of `lanes` additions.
ROOFMARK_LEAF float sum(vf32 v) {
  vf32x4 parts[lanes / 4];
  __builtin_memcpy(parts, &v, sizeof parts);
  for (int i = 1; i < lanes / 4; ++i) parts[0] += parts[i];
  return (parts[0][0] + parts[0][1]) + (parts[0][2] + parts[0][3]);
}

// 16-bit elements: widened exactly, narrowed to the nearest, ties to even; NaN stays NaN.

// In assembly where GCC 12 makes five instructions of one, or takes an intrinsic's undefined
// operand for an uninitialized variable.
ROOFMARK_LEAF vu32 load_u16(const void* at) {
#if defined(__AVX2__)
  vu32 wide;
  asm("vpmovzxwd %1, %0" : "=v"(wide) : "m"(*static_cast<const vu16_unaligned*>(at)));
  return wide;
#else
  const vu16 words =
      *static_cast<const vu16_unaligned*>(at);  // its own type: GCC forgets alignment
  return __builtin_convertvector(words, vu32);
#endif
}
/// The lower halves of lanes whose upper halves are 0.
ROOFMARK_LEAF vu16 lower_halves(vu32 value) {
#if defined(__AVX512F__)
  vu16 words;
  asm("vpmovdw %1, %0" : "=v"(words) : "v"(value));
  return words;
#elif defined(__AVX2__)
  vu32 packed;
  asm("vpackusdw %1, %1, %0\n vpermq $0x08, %0, %0" : "=x"(packed) : "x"(value));
  vu16 words;
  __builtin_memcpy(&words, &packed, sizeof words);
  return words;
#else
  return __builtin_convertvector(value, vu16);
#endif
}

ROOFMARK_LEAF vf32 load(const bf16* at) { return (vf32)(load_u16(at) << 16); }
ROOFMARK_LEAF vu16 narrowed(const bf16*, vf32 value) {
  const vu32 bits = (vu32)value;
  const vu32 rounded = bits + 0x7fff + ((bits >> 16) & 1);
  return lower_halves((value == value ? rounded : bits | 0x400000) >> 16);
}

#if defined(__F16C__)
ROOFMARK_LEAF vf32 load(const f16* at) {
  vf32 value;
  asm("vcvtph2ps %1, %0" : "=v"(value) : "m"(*reinterpret_cast<const vu16_unaligned*>(at)));
  return value;
}
ROOFMARK_LEAF vu16 narrowed(const f16*, vf32 value) {
  vu16 half;
  asm("vcvtps2ph $0, %1, %0" : "=v"(half) : "v"(value));  // 0: to nearest, ties to even
  return half;
}
#elif defined(__aarch64__)
ROOFMARK_LEAF vf32 load(const f16* at) {
  vf32 value;
  const vu16 half = *reinterpret_cast<const vu16_unaligned*>(at);
  asm("fcvtl %0.4s, %1.4h" : "=w"(value) : "w"(half));
  return value;
}
ROOFMARK_LEAF vu16 narrowed(const f16*, vf32 value) {
  vu16 half;
  asm("fcvtn %0.4h, %1.4s" : "=w"(half) : "w"(value));
  return half;
}
#else
// In whole numbers: exponents are moved by 112, the difference of the biases.
ROOFMARK_LEAF vf32 load(const f16* at) {
  const vu32 half = load_u16(at);
  const vu32 magnitude = (half & 0x7fff) << 13;
  const vu32 finite = (vu32)((vf32)magnitude * broadcast(0x1p112f));  // denormals too
  const vu32 special = magnitude | 0x7f800000;
  const vu32 is_special = (vu32)(magnitude >= vu32{} + 0x0f800000);
  return (vf32)(choose(is_special, special, finite) | ((half & 0x8000) << 16));
}
ROOFMARK_LEAF vu16 narrowed(const f16*, vf32 value) {
  const vu32 bits = (vu32)value, magnitude = bits & 0x7fffffff;
  const vu32 normal = (magnitude - 0x38000000 + 0xfff + ((magnitude >> 13) & 1)) >> 13;
  // Adding 1/2 leaves the multiples of 2^-24, f16's denormals, in the lowest bits.
  const vu32 denormal = (vu32)((vf32)magnitude + broadcast(0.5f)) - 0x3f000000;
  vu32 half = choose((vu32)(magnitude < vu32{} + 0x38800000), denormal, normal);
  half = choose((vu32)(magnitude >= vu32{} + 0x477ff000), vu32{} + 0x7c00, half);
  half = choose((vu32)(magnitude > vu32{} + 0x7f800000), vu32{} + 0x7e00, half);
  return lower_halves(half | ((bits >> 16) & 0x8000));
}
#endif

template <class T>
ROOFMARK_LEAF void store(T* at, vf32 value) {
  *reinterpret_cast<vu16_unaligned*>(at) = narrowed(at, value);
}

// One element, with the same rounding: what is left of a row after its vectors.

ROOFMARK_LEAF float load_one(const float* at) { return *at; }
ROOFMARK_LEAF void store_one(float* at, float value) { *at = value; }
template <class T>
ROOFMARK_LEAF float load_one(const T* at) {
  T padded[lanes] = {*at};
  return load(padded)[0];
}
template <class T>
ROOFMARK_LEAF void store_one(T* at, float value) {
  T padded[lanes];
  store(padded, broadcast(value));
  *at = padded[0];
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
