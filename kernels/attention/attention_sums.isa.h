// Sums over the lanes of sixteen 512-bit vectors at once, for leaves of AVX-512 alone: 45
// instructions, one vector at a time takes 130.
#pragma once

#include "core/vector.isa.h"

#if ROOFMARK_VECTOR_BYTES == 64
namespace roofmark::ROOFMARK_ISA_NAMESPACE {

/// y[i] = sum of x[i]'s lanes.
ROOFMARK_LEAF void add_up(const vf32 (&x)[16], float* y) {
  __m512 of_two[8], of_four[4], of_eight[2];
  for (int i = 0; i < 8; ++i) {
    const __m512 a = (__m512)x[2 * i], b = (__m512)x[2 * i + 1];
    of_two[i] = _mm512_add_ps(_mm512_maskz_unpacklo_ps(all_lanes, a, b),
                              _mm512_maskz_unpackhi_ps(all_lanes, a, b));
  }
  for (int i = 0; i < 4; ++i) {  // each 128 bits: a part of the sums of four
    const __m512d a = _mm512_castps_pd(of_two[2 * i]), b = _mm512_castps_pd(of_two[2 * i + 1]);
    of_four[i] = _mm512_add_ps(_mm512_castpd_ps(_mm512_maskz_unpacklo_pd(0xff, a, b)),
                               _mm512_castpd_ps(_mm512_maskz_unpackhi_pd(0xff, a, b)));
  }
  for (int i = 0; i < 2; ++i) {
    of_eight[i] = _mm512_add_ps(
        _mm512_maskz_shuffle_f32x4(all_lanes, of_four[2 * i], of_four[2 * i + 1], 0x88),
        _mm512_maskz_shuffle_f32x4(all_lanes, of_four[2 * i], of_four[2 * i + 1], 0xdd));
  }
  _mm512_storeu_ps(
      y, _mm512_add_ps(_mm512_maskz_shuffle_f32x4(all_lanes, of_eight[0], of_eight[1], 0x88),
                       _mm512_maskz_shuffle_f32x4(all_lanes, of_eight[0], of_eight[1], 0xdd)));
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
#endif
