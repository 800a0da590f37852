// Sixteen 512-bit vectors as rows of a matrix, transposed, for *.isa.cpp of AVX-512 alone.
#pragma once

#include "core/vector.isa.h"

#if ROOFMARK_VECTOR_BYTES == 64
namespace roofmark::ROOFMARK_ISA_NAMESPACE {

/// Lane i of x[j] becomes lane j of x[i]: 64 shuffles.
ROOFMARK_LEAF void transpose(__m512i (&x)[16]) {
  __m512i of_two[16], of_four[16];
  for (int i = 0; i < 16; i += 2) {
    of_two[i] = _mm512_maskz_unpacklo_epi32(all_lanes, x[i], x[i + 1]);
    of_two[i + 1] = _mm512_maskz_unpackhi_epi32(all_lanes, x[i], x[i + 1]);
  }
  // Each 128 bits: four rows of one column.
  for (int i = 0; i < 16; i += 4) {
    for (int j = 0; j < 2; ++j) {
      of_four[i + 2 * j] = _mm512_maskz_unpacklo_epi64(0xff, of_two[i + j], of_two[i + 2 + j]);
      of_four[i + 2 * j + 1] = _mm512_maskz_unpackhi_epi64(0xff, of_two[i + j], of_two[i + 2 + j]);
    }
  }
  for (int i = 0; i < 4; ++i) {  // columns i, i + 4, i + 8 and i + 12
    const __m512i a = of_four[i], b = of_four[4 + i], c = of_four[8 + i], d = of_four[12 + i];
    const __m512i upper_ab = _mm512_maskz_shuffle_i32x4(all_lanes, a, b, 0x88);
    const __m512i lower_ab = _mm512_maskz_shuffle_i32x4(all_lanes, a, b, 0xdd);
    const __m512i upper_cd = _mm512_maskz_shuffle_i32x4(all_lanes, c, d, 0x88);
    const __m512i lower_cd = _mm512_maskz_shuffle_i32x4(all_lanes, c, d, 0xdd);
    x[i] = _mm512_maskz_shuffle_i32x4(all_lanes, upper_ab, upper_cd, 0x88);
    x[i + 4] = _mm512_maskz_shuffle_i32x4(all_lanes, lower_ab, lower_cd, 0x88);
    x[i + 8] = _mm512_maskz_shuffle_i32x4(all_lanes, upper_ab, upper_cd, 0xdd);
    x[i + 12] = _mm512_maskz_shuffle_i32x4(all_lanes, lower_ab, lower_cd, 0xdd);
  }
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
#endif
