// Causal attention of many rows in f32 arithmetic: per pair of row and key 2 head_dim multiply-adds
// and an exponential.  Keys and values of other elements are widened once per tile and block.
#include "kernels/attention/attention_prefill.isa.h"

#include <cstdint>

#include "core/transpose.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int block_vectors = 4;  // with 6 keys or rows 24 sums of 32 registers
#else
constexpr int block_vectors = 2;  // 12 of 16
#endif
constexpr int panel = block_vectors * lanes;

/// s = Q K^T of a panel and K keys.  q: [dim, panel].
template <int K>
ROOFMARK_LEAF void score_block(const float* q, const float* keys, std::int64_t step,
                               std::int64_t dim, float* s) {
  vf32 sums[K][block_vectors] = {};
  for (std::int64_t i = 0; i < dim; ++i, q += panel) {
    vf32 query[block_vectors];
    for (int n = 0; n < block_vectors; ++n) query[n] = load(q + n * lanes);
    for (int k = 0; k < K; ++k) {
      const vf32 key = splat(keys[k * step + i]);
      for (int n = 0; n < block_vectors; ++n) sums[k][n] += key * query[n];
    }
  }
  for (int k = 0; k < K; ++k) {
    for (int n = 0; n < block_vectors; ++n) store(s + k * panel + n * lanes, sums[k][n]);
  }
}

/// o += P V of R rows and N vectors of columns.  weights: [count, panel].
template <int R, int N>
ROOFMARK_LEAF void value_block(const float* weights, const float* v, std::int64_t step,
                               std::int64_t count, float* o, std::int64_t padded) {
  vf32 sums[R][N];
  for (int r = 0; r < R; ++r) {
    for (int n = 0; n < N; ++n) sums[r][n] = load(o + r * padded + n * lanes);
  }
  for (std::int64_t k = 0; k < count; ++k, v += step, weights += panel) {
    vf32 value[N];
    for (int n = 0; n < N; ++n) value[n] = load(v + n * lanes);
    for (int r = 0; r < R; ++r) {
      const vf32 weight = splat(weights[r]);
      for (int n = 0; n < N; ++n) sums[r][n] += weight * value[n];
    }
  }
  for (int r = 0; r < R; ++r) {
    for (int n = 0; n < N; ++n) store(o + r * padded + n * lanes, sums[r][n]);
  }
}

/// Rows of queries that are put into a panel together, as columns.  Until then they lie in memory
/// for scores and, of very long heads, for keys.
#if defined(__AVX512F__)
constexpr int at_once = lanes;

/// Of fewer rows columns of nothing follow, which the panel has room for.
ROOFMARK_LEAF void put_columns(const float* rows, std::int64_t padded, std::int64_t count,
                               float* to) {
  for (std::int64_t i = 0; i < padded; i += lanes) {
    __m512i x[lanes];
    for (int r = 0; r < lanes; ++r) {
      x[r] = r < count ? (__m512i)load(rows + r * padded + i) : __m512i{};
    }
    transpose(x);
    for (int c = 0; c < lanes; ++c) store(to + (i + c) * panel, (vf32)x[c]);
  }
}
#else
constexpr int at_once = 1;

ROOFMARK_LEAF void put_columns(const float* row, std::int64_t padded, std::int64_t, float* to) {
  for (std::int64_t i = 0; i < padded; ++i) to[i * panel] = row[i];
}
#endif

/// Products in f32 of a cache of T.
template <class T>
struct Plain : RowsOfValues {
  using Element = T;
  using Weight = float;
  static constexpr int vectors = block_vectors;

  static void read_queries(const AttentionHead& head, const PrefillMemory& m, std::int64_t first,
                           std::int64_t last) {
    for (std::int64_t i = (last - first) / panel * panel * m.padded; i < rows * m.padded;
         i += lanes)
      store(m.q + i, vf32{});
    each_row<false>(
        head, first, last, [&](std::int64_t r) __attribute__((always_inline)) {
          float* row = m.s + r % at_once * m.padded;
          read_query(head, first + r, 1, row);
          if (r % at_once < at_once - 1 && first + r + 1 < last) return;
          const std::int64_t begin = r / at_once * at_once;
          put_columns(m.s, m.padded, r + 1 - begin,
                      m.q + begin / panel * panel * m.padded + begin % panel);
        });
  }

  static Tile tile(const AttentionHead& head, const PrefillMemory& m, std::int64_t key,
                   std::int64_t count) {
    const T *k = at<T>(head.k, key * head.head_dim), *v = at<T>(head.v, key * head.head_dim);
    if constexpr (sizeof(T) == 4) {
      if (head.head_dim % lanes == 0) {
        return {k, v, head.head_dim, head.head_dim, head.head_dim};
      }
    }
    for (std::int64_t i = 0; i < count; ++i) {
      const float k_scale = head.k_scales == nullptr ? 1 : head.k_scales[key + i];
      const float v_scale = head.v_scales == nullptr ? 1 : head.v_scales[key + i];
      widen(k + i * head.head_dim, head.head_dim, k_scale, m.keys + i * m.padded, m.padded);
      widen(v + i * head.head_dim, head.head_dim, v_scale, m.values + i * m.padded, m.padded);
    }
    return {m.keys, m.values, m.padded, m.padded, (head.head_dim + lanes - 1) / lanes * lanes};
  }

  static void scores(const PrefillMemory& m, const Tile& tile, std::int64_t p, std::int64_t,
                     std::int64_t count, NextTile& next) {
    const float *q = m.q + p * m.padded, *keys = at<float>(tile.keys, 0);
    const std::int64_t step = tile.key_step;
    std::int64_t k = 0;
    for (; k + 6 <= count; k += 6) {
      NextTile::ask(next, turns_of<panel>(count));
      score_block<6>(q, keys + k * step, step, tile.dim, m.s + k * panel);
    }
    for (; k + 2 <= count; k += 2) {
      score_block<2>(q, keys + k * step, step, tile.dim, m.s + k * panel);
    }
    if (k < count) score_block<1>(q, keys + k * step, step, tile.dim, m.s + k * panel);
  }

  ROOFMARK_LEAF void keep_weights(float* s, std::int64_t k, vf32 even, vf32 odd) {
    store(s + k * panel, even);
    store(s + (k + 1) * panel, odd);
  }

  template <int R, int N>
  ROOFMARK_LEAF void block(const PrefillMemory& m, const Tile& tile, std::int64_t r, std::int64_t i,
                           std::int64_t count, float* o) {
    value_block<R, N>(m.s + r, at<float>(tile.values, i), tile.value_step, count, o, m.padded);
  }
  static void values(const PrefillMemory& m, const Tile& tile, std::int64_t p, std::int64_t rows,
                     std::int64_t count) {
    value_columns<Plain, block_vectors>(m, tile, p, rows, count, 0);
  }
};

void run(const AttentionHead& head, std::int64_t first, std::int64_t last, float* scratch) {
  if (head.cache == KvElement::f32) prefill<Plain<float>>(head, first, last, scratch);
  if (head.cache == KvElement::bf16) prefill<Plain<bf16>>(head, first, last, scratch);
  if (head.cache == KvElement::f16) prefill<Plain<f16>>(head, first, last, scratch);
  if (head.cache == KvElement::i8) prefill<Plain<std::int8_t>>(head, first, last, scratch);
}

}  // namespace

const AttentionPrefillLeaf attention_prefill{run, RowsOfValues::rows, RowsOfValues::keys};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
