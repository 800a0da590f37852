// Scores of four rows or more at a time, in f32, for leaves of AVX-512 alone.  Each 128 bits of a
// vector belong to a row, and 16 bytes of a key meet all of them: what is left to add up over lanes
// is a fifth of that of a vector to a row.
#pragma once

#include <cstdint>

#include "kernels/attention/attention_decode.isa.h"

#if ROOFMARK_VECTOR_BYTES == 64
namespace roofmark::ROOFMARK_ISA_NAMESPACE {

constexpr int quad_bytes = 16;

/// 16 bytes, to each 128 bits.
ROOFMARK_LEAF vf32 quad(const char* at) {
  return (vf32)_mm512_maskz_broadcast_f32x4(all_lanes,
                                            _mm_loadu_ps(reinterpret_cast<const float*>(at)));
}

/// Each 128 bits: the sums of those of a, b, c and d.
ROOFMARK_LEAF vf32 quad_sums(vf32 a, vf32 b, vf32 c, vf32 d) {
  const auto sums_of_two = [](__m512 x, __m512 y) __attribute__((always_inline)) {
    return _mm512_castps_pd(_mm512_add_ps(_mm512_maskz_unpacklo_ps(all_lanes, x, y),
                                          _mm512_maskz_unpackhi_ps(all_lanes, x, y)));
  };
  const __m512d ab = sums_of_two((__m512)a, (__m512)b), cd = sums_of_two((__m512)c, (__m512)d);
  return (vf32)_mm512_add_ps(_mm512_castpd_ps(_mm512_maskz_unpacklo_pd(0xff, ab, cd)),
                             _mm512_castpd_ps(_mm512_maskz_unpackhi_pd(0xff, ab, cd)));
}

/// Scores of keys_at_once keys, 1 or a multiple of 4, in 4 G rows.  q: [G, row_bytes / 16] vectors,
/// of which 128 bits are as many elements of a row.  A turn is 16 bytes of four keys.
template <int G, int keys_at_once>
ROOFMARK_LEAF void quad_block(const float* q, const char* keys, std::int64_t row_bytes,
                              float* scores, Walk& walk) {
  vf32 sums[keys_at_once][G] = {};
  constexpr int keys_in_line = line / quad_bytes;
  for (std::int64_t s = 0; s < row_bytes; s += quad_bytes) {
    vf32 query[G];
    for (int g = 0; g < G; ++g) query[g] = load(q + g * row_bytes + s);
    for (int k = 0; k < keys_at_once; ++k) {
      if (k % keys_in_line == keys_in_line - 1) Walk::ask_line(walk);
      const vf32 key = quad(keys + k * row_bytes + s);
      for (int g = 0; g < G; ++g) sums[k][g] += query[g] * key;
    }
  }
  for (int k = 0; k < keys_at_once; k += 4) {
    for (int g = 0; g < G; ++g) {
      const vf32 of_four =
          quad_sums(sums[k][g], sums[(k + 1) % keys_at_once][g], sums[(k + 2) % keys_at_once][g],
                    sums[(k + 3) % keys_at_once][g]);
      vf32x4 of_row[4];
      __builtin_memcpy(of_row, &of_four, sizeof of_row);
      for (int r = 0; r < 4; ++r) {
        __builtin_memcpy(scores + (4 * g + r) * decode_keys + k, &of_row[r],
                         keys_at_once < 4 ? 4 : 16);
      }
    }
  }
}

template <int G>
ROOFMARK_LEAF void quad_rows(const float* q, const char* keys, std::int64_t row_bytes,
                             std::int64_t count, float* scores, const Ahead& ahead,
                             std::int64_t part, std::int64_t parts, bool by_l2) {
  constexpr int keys_at_once = 8;
  Walk walk = walk_of(ahead, part, 1, parts, count * lines_of(row_bytes), by_l2);
  std::int64_t k = 0;
  for (; k + keys_at_once <= count; k += keys_at_once) {
    quad_block<G, keys_at_once>(q, keys + k * row_bytes, row_bytes, scores + k, walk);
  }
  for (; k < count; ++k) {
    quad_block<G, 1>(q, keys + k * row_bytes, row_bytes, scores + k, walk);
  }
}

/// Of all rows, those of padding included; row_bytes is a multiple of 16.
ROOFMARK_LEAF void quad_scores(const DecodeMemory& m, const char* keys, std::int64_t row_bytes,
                               std::int64_t count, const Ahead& ahead, bool by_l2) {
  const std::int64_t groups = (m.rows + 3) / 4, parts = (groups + 1) / 2;
  std::int64_t g = 0;
  for (; g + 2 <= groups; g += 2) {
    quad_rows<2>(m.q + g * row_bytes, keys, row_bytes, count, m.scores + 4 * g * decode_keys, ahead,
                 g / 2, parts, by_l2);
  }
  if (g < groups) {
    quad_rows<1>(m.q + g * row_bytes, keys, row_bytes, count, m.scores + 4 * g * decode_keys, ahead,
                 g / 2, parts, by_l2);
  }
}

/// Puts a row of queries among the others of its four.
ROOFMARK_LEAF void keep_quads(const DecodeMemory& m, std::int64_t r, const char* row,
                              std::int64_t row_bytes) {
  char* to = reinterpret_cast<char*>(m.q + r / 4 * row_bytes) + r % 4 * quad_bytes;
  for (std::int64_t s = 0; s < row_bytes; s += quad_bytes) {
    __builtin_memcpy(to + 4 * s, row + s, quad_bytes);
  }
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
#endif
