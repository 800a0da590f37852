// Pairs of bf16 elements and their products, for leaves of AVX512-BF16 and AMX-BF16 alone.
#pragma once

#include <cstdint>

#include "core/vector.isa.h"

#if ROOFMARK_VECTOR_BYTES == 64
namespace roofmark::ROOFMARK_ISA_NAMESPACE {

/// sum += a0 b0 + a1 b1 in each lane.  Assembly: compilers of GCC 11's age have no flag for it.
ROOFMARK_LEAF void add_products(vf32& sum, vu32 a, vu32 b) {
  asm("vdpbf16ps %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
}

ROOFMARK_LEAF vu32 splat_pair(const void* at) {
  std::uint32_t pair;
  __builtin_memcpy(&pair, at, sizeof pair);
  return vu32{} + pair;
}

/// Elements at `at` .. at + 31 where `mask` has a bit, 0 elsewhere.
ROOFMARK_LEAF vu32 load_pairs(const bf16* at, std::uint32_t mask) {
  return (vu32)_mm512_maskz_loadu_epi16(mask, at);
}
ROOFMARK_LEAF vu32 load_pairs(const bf16* at) { return (vu32)_mm512_loadu_si512(at); }

/// a then b, rounded to the nearest, ties to even.  Denormals become 0.
ROOFMARK_LEAF void store_pairs(bf16* at, vf32 a, vf32 b) {
  vu32 rounded;
  asm("vcvtne2ps2bf16 %2, %1, %0" : "=v"(rounded) : "v"(b), "v"(a));
  store_u32(reinterpret_cast<char*>(at), rounded);
}

/// Rounded to bf16, halves up: weights are not negative, and at most 1.
ROOFMARK_LEAF vu32 weight_pairs(vf32 even, vf32 odd) {
  const vu32 low = ((vu32)even + 0x8000) >> 16, high = ((vu32)odd + 0x8000) & 0xffff0000;
  return low | high;
}

/// Which of 32 elements from `i` on are there, of `count`.
ROOFMARK_LEAF std::uint32_t mask_of(std::int64_t i, std::int64_t count) {
  return count - i >= 32 ? ~std::uint32_t{0} : (std::uint32_t{1} << (count - i)) - 1;
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
#endif
