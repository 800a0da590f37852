// The parts of 4 bytes multiplied, and the products added to a sum of 4 bytes, for *.isa.cpp alone:
// everything has internal linkage.
#pragma once

#include "core/vector.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

typedef std::int16_t vi16 __attribute__((vector_size(ROOFMARK_VECTOR_BYTES)));

// Of every instruction set: bytes become pairs of 16 bits.

/// Bytes 0 and 2, and 1 and 3, of each lane as signed numbers of 16 bits.
struct ByteHalves {
  vi16 even, odd;
};
ROOFMARK_LEAF ByteHalves byte_halves(vu32 bytes) {
  const vi16 all = (vi16)bytes;
  return {(all << 8) >> 8, all >> 8};
}

/// a[2i] b[2i] + a[2i+1] b[2i+1].
ROOFMARK_LEAF vi32 pair_sums(vi16 a, vi16 b) {
#if defined(__AVX512BW__)
  vi32 sums;
  asm("vpmaddwd %2, %1, %0" : "=v"(sums) : "v"(a), "v"(b));
  return sums;
#elif defined(__AVX2__)
  vi32 sums;
  asm("vpmaddwd %2, %1, %0" : "=x"(sums) : "x"(a), "x"(b));
  return sums;
#elif defined(__x86_64__)
  vi32 sums = (vi32)a;
  asm("pmaddwd %1, %0" : "+x"(sums) : "x"(b));
  return sums;
#else
  return (vi32)vpaddq_s32(vmull_s16(vget_low_s16((int16x8_t)a), vget_low_s16((int16x8_t)b)),
                          vmull_high_s16((int16x8_t)a, (int16x8_t)b));
#endif
}

/// sum[i] += a[4i] b[4i] + ... + a[4i+3] b[4i+3] of signed bytes.
ROOFMARK_LEAF vi32 dot_s8(vi32 sum, ByteHalves a, ByteHalves b) {
  return sum + pair_sums(a.even, b.even) + pair_sums(a.odd, b.odd);
}

// Of the extensions that have one.  Assemblers know them whatever the compiler's flags.

#if defined(__x86_64__)

/// sum[i] += a[2i] b[2i] + a[2i+1] b[2i+1] of bf16; AVX512-BF16.  Denormals are taken as 0.
ROOFMARK_LEAF vf32 dot_bf16(vf32 sum, vu32 a, vu32 b) {
  asm("vdpbf16ps %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
  return sum;
}

/// sum[i] += a[4i] b[4i] + ... + a[4i+3] b[4i+3], a unsigned and b signed bytes; AVX512-VNNI, and
/// AVX-VNNI at 32 bytes.
ROOFMARK_LEAF vi32 dot_u8s8(vi32 sum, vu32 a, vu32 b) {
#if defined(__AVX512F__)
  asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
#else
  asm("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sum) : "x"(a), "x"(b));
#endif
  return sum;
}

#endif

#if defined(__ARM_FEATURE_DOTPROD)
/// The same of signed bytes; FEAT_DotProd.
ROOFMARK_LEAF vi32 dot_s8(vi32 sum, vu32 a, vu32 b) {
  return (vi32)vdotq_s32((int32x4_t)sum, (int8x16_t)a, (int8x16_t)b);
}
#endif
#if defined(__ARM_FEATURE_BF16_VECTOR_ARITHMETIC)
/// sum[i] += a[2i] b[2i] + a[2i+1] b[2i+1] of bf16; FEAT_BF16.
ROOFMARK_LEAF vf32 dot_bf16(vf32 sum, vu32 a, vu32 b) {
  return (vf32)vbfdotq_f32((float32x4_t)sum, (bfloat16x8_t)a, (bfloat16x8_t)b);
}
#endif

#if defined(__ARM_FEATURE_FP16_FML)
/// sum[i] += a[i] b[i] of 4 f16, products exact; FEAT_FHM.  In assembly, for its intrinsics take
/// vectors of 8.
ROOFMARK_LEAF vf32 add_products(vf32 sum, vu16 a, vu16 b) {
  asm("fmlal %0.4s, %1.4h, %2.4h" : "+w"(sum) : "w"(a), "w"(b));
  return sum;
}
/// sum[i] += a[i] b[i] + a[i+4] b[i+4] of 8.
ROOFMARK_LEAF vf32 add_products(vf32 sum, vu32 a, vu32 b) {
  asm("fmlal %0.4s, %1.4h, %2.4h\n fmlal2 %0.4s, %1.4h, %2.4h" : "+w"(sum) : "w"(a), "w"(b));
  return sum;
}
#endif
#if defined(__ARM_FEATURE_MATMUL_INT8)
/// 8 bytes of one row, then 8 of another.
ROOFMARK_LEAF vu32 load_two_rows(const char* first, const char* second) {
  return (vu32)vcombine_u8(vld1_u8(reinterpret_cast<const std::uint8_t*>(first)),
                           vld1_u8(reinterpret_cast<const std::uint8_t*>(second)));
}
/// sums[2 r + c] += the dot product of row r of a and row c of b, each of two rows of 8 signed
/// bytes; FEAT_I8MM.
ROOFMARK_LEAF vi32 add_square(vi32 sums, vu32 a, vu32 b) {
  return (vi32)vmmlaq_s32((int32x4_t)sums, (int8x16_t)a, (int8x16_t)b);
}
#endif

#if defined(__x86_64__) || defined(__ARM_FEATURE_DOTPROD)
/// sum[i] += n[4i] b[4i] + ... + n[4i+3] b[4i+3] of bytes n below 128, signed and unsigned alike.
ROOFMARK_LEAF vi32 dot_nibbles(vi32 sum, vu32 n, vu32 b) {
#if defined(__x86_64__)
  return dot_u8s8(sum, n, b);
#else
  return dot_s8(sum, n, b);
#endif
}

/// Of every 16 bytes, 4 numbers of 4 bytes: bytes 2 of all, bytes 1, bytes 0, bytes 3.
ROOFMARK_LEAF vu32 byte_columns(vu32 numbers) {
  alignas(64) static constexpr unsigned char order[64] = {
      2, 6, 10, 14, 1, 5, 9, 13, 0, 4, 8, 12, 3, 7, 11, 15,  //
      2, 6, 10, 14, 1, 5, 9, 13, 0, 4, 8, 12, 3, 7, 11, 15,  //
      2, 6, 10, 14, 1, 5, 9, 13, 0, 4, 8, 12, 3, 7, 11, 15,  //
      2, 6, 10, 14, 1, 5, 9, 13, 0, 4, 8, 12, 3, 7, 11, 15};
  const vu32 by = load_u32(reinterpret_cast<const char*>(order));
#if defined(__x86_64__)
  vu32 columns;
  asm("vpshufb %2, %1, %0" : "=v"(columns) : "v"(numbers), "v"(by));
  return columns;
#else
  return (vu32)vqtbl1q_u8((uint8x16_t)numbers, (uint8x16_t)by);
#endif
}
#endif

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
