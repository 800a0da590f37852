// Rows of queries that lie beside one another in a vector, for leaves of AVX512-BF16 alone.  A few
// bytes of a key meet all of them at once; and a softmax looks at all rows together, without sums
// or comparisons across the lanes of a tile.
#pragma once

#include <cstdint>

#include "kernels/attention/attention_decode.isa.h"
#include "kernels/attention/attention_pairs.isa.h"
#include "kernels/attention/attention_quads.isa.h"

#if ROOFMARK_VECTOR_BYTES == 64
namespace roofmark::ROOFMARK_ISA_NAMESPACE {

/// R rows from row `first` on: each has `keys` lanes of a vector, one after the other.  Vector b of
/// scores or of weights is of keys b keys .. b keys + keys - 1.
template <int R>
struct Beside {
  static constexpr int keys = lanes / R;
  static constexpr int chunk_bytes = 4 * keys;  ///< of a row of queries in a vector
  std::int64_t first;
};

/// All rows, eight or four together where that many are left, or nearly, and a key is a whole
/// number of chunks.
template <class F>
ROOFMARK_LEAF void each_group(const DecodeMemory& m, std::int64_t dim, F f) {
  for (std::int64_t r = 0; r < m.rows;) {
    const std::int64_t left = m.rows - r;
    if (left > 4 && dim % 4 == 0) {
      f(Beside<8>{r});
      r += 8;
    } else if (left > 2 && dim % 8 == 0) {
      f(Beside<4>{r});
      r += 4;
    } else {
      f(Beside<1>{r});
      r += 1;
    }
  }
}

/// The part of what is asked for that a group's rows ask for.
template <int R>
ROOFMARK_LEAF Ahead part_of(const DecodeMemory& m, Beside<R> group, const Ahead& all) {
  const std::int64_t left = m.rows - group.first, each = all.bytes / m.rows;
  return {all.at + group.first * each, (R < left ? R : left) * each};
}

ROOFMARK_LEAF float* scores_of(const DecodeMemory& m, std::int64_t first) {
  return m.scores + first * decode_keys;
}
ROOFMARK_LEAF bf16* weights_of(const DecodeMemory& m, std::int64_t first) {
  return reinterpret_cast<bf16*>(m.weights + first * decode_keys);
}
/// The largest score so far, the same in all lanes of a row, and a vector later sums of weights,
/// which are to be added up.  In the half of the weights' memory that theirs of two bytes leave.
template <int R>
ROOFMARK_LEAF float* tops_of(const DecodeMemory& m, Beside<R> group) {
  return m.weights + group.first * decode_keys + R * decode_keys / 2;
}
ROOFMARK_LEAF bf16* queries_of(const DecodeMemory& m, std::int64_t first) {
  return reinterpret_cast<bf16*>(m.q + first * m.padded);
}

/// Puts row r of a group into its vectors.
template <int R>
ROOFMARK_LEAF void keep_query(bf16* to, std::int64_t r, const bf16* row, std::int64_t dim) {
  constexpr int chunk = Beside<R>::chunk_bytes / 2;
  std::int64_t i = 0;
  to += r * chunk;
  for (; i + chunk <= dim; i += chunk) __builtin_memcpy(to + i * R, row + i, 2 * chunk);
  for (int rest = 0; i + rest < dim; ++rest) to[i * R + rest] = row[i + rest];
}

/// The bytes at `at`, to each row.  Eight of them take nothing but a load: sixteen, by which two
/// groups of four rows share it, take a vector pipe as well.
template <int R>
ROOFMARK_LEAF vu32 to_each_row(const char* at) {
  if constexpr (R == 4) return (vu32)quad(at);
  std::int64_t bytes;
  __builtin_memcpy(&bytes, at, sizeof bytes);
  typedef std::int64_t vi64 __attribute__((vector_size(ROOFMARK_VECTOR_BYTES)));
  return (vu32)(vi64{} + bytes);
}

/// Sums over a row's lanes of as many vectors, in their order.
template <int R>
ROOFMARK_LEAF vf32 row_sums(const vf32* x) {
  if constexpr (R == 4) return quad_sums(x[0], x[1], x[2], x[3]);
  const __m512 a = (__m512)x[0], b = (__m512)x[1];
  return (vf32)_mm512_add_ps(_mm512_mask_moveldup_ps(a, 0xaaaa, b),
                             _mm512_mask_movehdup_ps(b, 0x5555, a));
}

/// A length that is known when the leaf is compiled, in place of one that is not.
template <std::int64_t value>
struct Known {
  constexpr operator std::int64_t() const { return value; }
};

/// Scores of `count` keys, key_at(0) and so on.  A turn is a line of the chunks of some.
template <int R, int count, class RowBytes, class KeyAt>
ROOFMARK_LEAF void beside_block(const bf16* queries, RowBytes row_bytes, KeyAt key_at,
                                float* scores, Walk& walk) {
  const char* q = at<char>(queries, 0);
  vf32 sums[count] = {};
  constexpr int keys_in_line = line / Beside<R>::chunk_bytes;
  for (std::int64_t s = 0; s < row_bytes; s += Beside<R>::chunk_bytes, q += sizeof(vu32)) {
    const vu32 query = load_u32(q);
    for (int k = 0; k < count; ++k) {
      if ((k + 1) % keys_in_line == 0) Walk::ask_line(walk);
      add_products(sums[k], query, to_each_row<R>(key_at(k) + s));
    }
  }
  for (int k = 0; k < count; k += Beside<R>::keys) store(scores + k * R, row_sums<R>(sums + k));
}

template <int R, class RowBytes>
ROOFMARK_LEAF void beside_scores(const DecodeMemory& m, Beside<R> group, const char* keys,
                                 RowBytes row_bytes, std::int64_t count, const Ahead& ahead,
                                 bool by_l2) {
  constexpr int at_once = 16;  // sums: the latency of a product times two
  const bf16* q = queries_of(m, group.first);
  float* scores = scores_of(m, group.first);
  Walk walk = walk_of(ahead, 0, 1, 1, count * lines_of(row_bytes), by_l2);
  std::int64_t k = 0;
  for (; k + at_once <= count; k += at_once) {
    const char* block = keys + k * row_bytes;
    beside_block<R, at_once>(
        q, row_bytes, [&](int i) { return block + i * row_bytes; }, scores + k * R, walk);
  }
  for (; k < count; k += Beside<R>::keys) {  // the last key stands in for those that are not there
    beside_block<R, Beside<R>::keys>(
        q, row_bytes, [&](int i) { return keys + (k + i < count ? k + i : count - 1) * row_bytes; },
        scores + k * R, walk);
  }
}

/// What a row does not see of keys key .. key + count - 1, and what pads them, becomes -infinity.
template <int R>
ROOFMARK_LEAF void mask_beside(const AttentionHead& head, Beside<R> group, float* scores,
                               std::int64_t key, std::int64_t count) {
  vi32 seen;
  for (int lane = 0; lane < lanes; ++lane) {
    const std::int64_t row = group.first + lane / group.keys;
    const std::int64_t all = head.cached + row / head.group + 1 - key;
    seen[lane] = static_cast<std::int32_t>(all < count ? all : count) - lane % group.keys;
  }
  for (int k = 0; k < decode_keys; k += group.keys, scores += lanes) {
    store(scores, k < seen ? load(scores) : splat(-__builtin_inff()));
  }
}

/// The largest of each row's lanes, in all of them.
template <int R>
ROOFMARK_LEAF vf32 row_largest(vf32 x) {
  const vi32 lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  for (int step = 1; step < Beside<R>::keys; step *= 2) {
    const __m512i other = (__m512i)(lane ^ step);
    x = larger((vf32)_mm512_maskz_permutexvar_ps(all_lanes, other, (__m512)x), x);
  }
  return x;
}

/// Raises the largest scores to those of a tile, and scales what was summed before.
template <int R>
ROOFMARK_LEAF vf32 raise_tops(const AttentionHead& head, const DecodeMemory& m, Beside<R> group,
                              std::int64_t vectors) {
  const float* s = scores_of(m, group.first);
  float* tops = tops_of(m, group);
  vf32 most[2] = {load(s), load(s + lanes)};
  for (std::int64_t b = 2; b < vectors; b += 2) {
    for (int i = 0; i < 2; ++i) most[i] = larger(load(s + (b + i) * lanes), most[i]);
  }
  const vf32 old = load(tops);
  const vf32 top = larger(row_largest<R>(larger(most[0], most[1])) * splat(head.scale), old);
  if (_mm512_cmp_ps_mask((__m512)top, (__m512)old, _CMP_GT_OQ) == 0) return old;
  float kept[lanes];
  const vf32 factors = exponential(old - top);
  store(kept, factors);
  store(tops, top);
  store(tops + lanes, load(tops + lanes) * factors);
  for (int r = 0; r < R && group.first + r < m.rows; ++r) {
    rescale(m.values + (group.first + r) * m.padded, m.padded, kept[r * group.keys]);
  }
  return top;
}

/// Turns scores into weights and adds these up.
template <int R>
ROOFMARK_LEAF void weigh_beside(const AttentionHead& head, const DecodeMemory& m, Beside<R> group,
                                std::int64_t key, std::int64_t count, const Ahead& ahead,
                                bool by_l2) {
  constexpr int at_once = 2;  // vectors, which one instruction rounds
  constexpr int keys = at_once * group.keys;
  const std::int64_t vectors = (count + keys - 1) / keys * at_once;
  float* s = scores_of(m, group.first);
  if (count % keys != 0 || key + count > head.cached + 1) mask_beside(head, group, s, key, count);
  const vf32 scale = splat(head.scale), top = raise_tops(head, m, group, vectors);
  bf16* weights = weights_of(m, group.first);
  float* sums = tops_of(m, group) + lanes;
  Walk walk = walk_of(ahead, 0, 1, 1, vectors / at_once, by_l2);
  vf32 totals[at_once] = {load(sums), vf32{}};
  for (std::int64_t b = 0; b < vectors; b += at_once) {
    Walk::ask(walk);
    vf32 e[at_once];
    for (int i = 0; i < at_once; ++i) {
      e[i] = short_exponential(load(s + (b + i) * lanes) * scale - top);
      totals[i] += e[i];
    }
    store_pairs(weights + b * lanes, e[0], e[1]);
  }
  store(sums, totals[0] + totals[1]);
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
#endif
