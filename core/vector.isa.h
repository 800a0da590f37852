// A vector of f32 as wide as the instruction set a leaf is compiled for, for *.isa.cpp alone.
// Everything here has internal linkage: a weak symbol could hand AVX-512 code to an old host.
#pragma once

#include <cstdint>

#include "core/sixteen_bits.isa.h"

#if defined(__AVX2__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

constexpr int lanes = ROOFMARK_VECTOR_BYTES / 4;

#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int vector_registers = 32;
#else
constexpr int vector_registers = 16;
#endif
#if defined(__AVX512F__)
/// For masked intrinsics: GCC 12 warns that unmasked ones use an undefined operand (PR 105593).
constexpr __mmask16 all_lanes = 0xffff;
#endif

typedef float vf32 __attribute__((vector_size(ROOFMARK_VECTOR_BYTES)));
typedef std::int32_t vi32 __attribute__((vector_size(ROOFMARK_VECTOR_BYTES)));
typedef std::uint32_t vu32 __attribute__((vector_size(ROOFMARK_VECTOR_BYTES)));
typedef std::uint16_t vu16 __attribute__((vector_size(ROOFMARK_VECTOR_BYTES / 2)));  // one a lane
typedef float vf32_unaligned
    __attribute__((vector_size(ROOFMARK_VECTOR_BYTES), aligned(4), may_alias));
typedef std::uint32_t vu32_unaligned
    __attribute__((vector_size(ROOFMARK_VECTOR_BYTES), aligned(1), may_alias));
typedef std::uint16_t vu16_unaligned
    __attribute__((vector_size(ROOFMARK_VECTOR_BYTES / 2), aligned(2), may_alias));

typedef float vf32x4 __attribute__((vector_size(16)));

#define ROOFMARK_LEAF static inline __attribute__((always_inline))

ROOFMARK_LEAF vf32 load(const float* at) { return *reinterpret_cast<const vf32_unaligned*>(at); }
ROOFMARK_LEAF void store(float* at, vf32 value) { *reinterpret_cast<vf32_unaligned*>(at) = value; }
/// Subtracting 0 is nothing, and compilers leave it out; adding it would make 0 of -0.
ROOFMARK_LEAF vf32 broadcast(float value) { return value - vf32{}; }

/// where ? a : b, lane by lane; `where` is all ones or all zeros in each.
ROOFMARK_LEAF vu32 choose(vu32 where, vu32 a, vu32 b) { return (a & where) | (b & ~where); }

/// b where either is NaN.
ROOFMARK_LEAF vf32 larger(vf32 a, vf32 b) {
#if defined(__AVX512F__)  // GCC 12 compares and moves, and loads b once more for it
  return (vf32)_mm512_maskz_max_ps(all_lanes, (__m512)a, (__m512)b);
#else
  return a > b ? a : b;
#endif
}

/// Sum over lanes, four at a time: a plain loop becomes a chain of `lanes` additions.
ROOFMARK_LEAF float sum(vf32 v) {
  vf32x4 parts[lanes / 4];
  __builtin_memcpy(parts, &v, sizeof parts);
  for (int i = 1; i < lanes / 4; ++i) parts[0] += parts[i];
  return (parts[0][0] + parts[0][1]) + (parts[0][2] + parts[0][3]);
}

/// The largest lane, four at a time likewise.
ROOFMARK_LEAF float largest(vf32 v) {
  vf32x4 parts[lanes / 4];
  __builtin_memcpy(parts, &v, sizeof parts);
  for (int i = 1; i < lanes / 4; ++i) parts[0] = parts[i] > parts[0] ? parts[i] : parts[0];
  float most = parts[0][0];
  for (int i = 1; i < 4; ++i) most = parts[0][i] > most ? parts[0][i] : most;
  return most;
}

/// Any 4 bytes a lane: a vector of them, or the same in every lane.
ROOFMARK_LEAF vu32 load_u32(const char* at) { return *reinterpret_cast<const vu32_unaligned*>(at); }
ROOFMARK_LEAF void store_u32(char* at, vu32 value) {
  *reinterpret_cast<vu32_unaligned*>(at) = value;
}
ROOFMARK_LEAF vu32 broadcast_u32(const char* at) {
  std::uint32_t value = 0;
  __builtin_memcpy(&value, at, sizeof value);
  return vu32{} + value;
}

ROOFMARK_LEAF vf32 load(const std::int8_t* at) {
#if defined(__AVX512F__)
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  return (vf32)_mm512_maskz_cvtepi32_ps(all_lanes, _mm512_maskz_cvtepi8_epi32(all_lanes, bytes));
#elif defined(__AVX2__)
  return (vf32)_mm256_cvtepi32_ps(
      _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(at))));
#else
  typedef std::int8_t vi8 __attribute__((vector_size(ROOFMARK_VECTOR_BYTES / 4)));
  vi8 bytes;
  __builtin_memcpy(&bytes, at, sizeof bytes);
  return __builtin_convertvector(__builtin_convertvector(bytes, vi32), vf32);
#endif
}

// 16-bit elements: widened exactly, narrowed to the nearest, ties to even; NaN stays NaN.

// In assembly where GCC 12 makes five instructions of one, or takes an intrinsic's undefined
// operand for an uninitialized variable.
ROOFMARK_LEAF vu32 load_u16(const void* at) {
#if defined(__AVX2__)
  vu32 wide;
  // From a register: with an operand in memory GCC 12 kept the sums of a product in memory too.
  const vu16 words = *static_cast<const vu16_unaligned*>(at);
  asm("vpmovzxwd %1, %0" : "=v"(wide) : "v"(words));
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

ROOFMARK_LEAF void store_u16(void* at, vu32 value) {
  *reinterpret_cast<vu16_unaligned*>(at) = lower_halves(value);
}

ROOFMARK_LEAF vf32 load(const bf16* at) { return (vf32)(load_u16(at) << 16); }
ROOFMARK_LEAF vu16 narrowed(const bf16*, vf32 value) {
  const vu32 bits = (vu32)value;
  const vu32 rounded = bits + 0x7fff + ((bits >> 16) & 1);
  return lower_halves((value == value ? rounded : bits | 0x400000) >> 16);
}

#if defined(__F16C__)
// From a register: with an operand in memory GCC 12 kept the sums of a product in memory too.
ROOFMARK_LEAF vf32 widened_f16(vu16 half) {
  vf32 value;
  asm("vcvtph2ps %1, %0" : "=v"(value) : "v"(half));
  return value;
}
ROOFMARK_LEAF vf32 load(const f16* at) {
  return widened_f16(*reinterpret_cast<const vu16_unaligned*>(at));
}
ROOFMARK_LEAF vu16 narrowed(const f16*, vf32 value) {
  vu16 half;
  asm("vcvtps2ph $0, %1, %0" : "=v"(half) : "v"(value));  // 0: to nearest, ties to even
  return half;
}
#elif defined(__aarch64__)
ROOFMARK_LEAF vf32 widened_f16(vu16 half) {
  vf32 value;
  asm("fcvtl %0.4s, %1.4h" : "=w"(value) : "w"(half));
  return value;
}
ROOFMARK_LEAF vf32 load(const f16* at) {
  return widened_f16(*reinterpret_cast<const vu16_unaligned*>(at));
}
ROOFMARK_LEAF vu16 narrowed(const f16*, vf32 value) {
  vu16 half;
  asm("fcvtn %0.4h, %1.4s" : "=w"(half) : "w"(value));
  return half;
}
#else
// In whole numbers: exponents are moved by 112, the difference of the biases.
ROOFMARK_LEAF vf32 widened_f16(vu32 half) {
  const vu32 magnitude = (half & 0x7fff) << 13;
  const vu32 finite = (vu32)((vf32)magnitude * broadcast(0x1p112f));  // denormals too
  const vu32 special = magnitude | 0x7f800000;
  const vu32 is_special = (vu32)(magnitude >= vu32{} + 0x0f800000);
  return (vf32)(choose(is_special, special, finite) | ((half & 0x8000) << 16));
}
ROOFMARK_LEAF vf32 load(const f16* at) { return widened_f16(load_u16(at)); }
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

// Past the caches.

/// One vector past the caches: its address is a multiple of its size.
ROOFMARK_LEAF void stream(void* at, vf32 value) {
  auto* to = static_cast<vf32*>(at);
#if defined(__AVX__)
  asm volatile("vmovntps %1, %0" : "=m"(*to) : "v"(value));
#elif defined(__x86_64__)
  asm volatile("movntps %1, %0" : "=m"(*to) : "x"(value));
#else
  typedef std::uint64_t words __attribute__((vector_size(16)));
  const words halves = (words)value;
  asm volatile("stnp %d1, %d2, %0" : "=Q"(*to) : "w"(halves[0]), "w"(halves[1]));
#endif
}
ROOFMARK_LEAF void stream(void* at, vu16 value) {
  auto* to = static_cast<vu16*>(at);
#if defined(__AVX__)
  asm volatile("vmovntps %1, %0" : "=m"(*to) : "v"(value));
#elif defined(__x86_64__)
  std::uint64_t word;
  __builtin_memcpy(&word, &value, sizeof word);
  asm volatile("movnti %1, %0" : "=m"(*to) : "r"(word));
#else
  std::uint32_t words[2];
  __builtin_memcpy(words, &value, sizeof words);
  asm volatile("stnp %w1, %w2, %0" : "=Q"(*to) : "r"(words[0]), "r"(words[1]));
#endif
}

/// After the last stream() of a call: what was stored is then there for other threads.
ROOFMARK_LEAF void finish_streams() {
#if defined(__x86_64__)
  asm volatile("sfence" ::: "memory");
#endif
}

// One element, with the same rounding: what is left of a row after its vectors.

ROOFMARK_LEAF float load_one(const float* at) { return *at; }
ROOFMARK_LEAF void store_one(float* at, float value) { *at = value; }
// Not as a vector that was stored element by element: such a load waits for the stores.  (Prefill
// over int8 keys of 54 elements took 2.8 times as long with AVX-512 as with SSE2.)
ROOFMARK_LEAF float load_one(const bf16* at) {
  const std::uint32_t bits = static_cast<std::uint32_t>(*at) << 16;
  float value;
  __builtin_memcpy(&value, &bits, sizeof value);
  return value;
}
ROOFMARK_LEAF float load_one(const f16* at) {
#if defined(__F16C__) || defined(__aarch64__)
  const vu16 half = vu16{} + static_cast<std::uint16_t>(*at);
  return widened_f16(half)[0];
#else
  const std::uint32_t half = static_cast<std::uint32_t>(*at);
  return widened_f16(vu32{} + half)[0];
#endif
}
template <class T>
ROOFMARK_LEAF void store_one(T* at, float value) {
  T padded[lanes];
  store(padded, broadcast(value));
  *at = padded[0];
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
