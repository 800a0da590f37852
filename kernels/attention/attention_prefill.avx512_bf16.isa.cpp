// Causal attention of many rows over a bf16 cache by products of pairs: of elements of a query and
// a key, then of two keys' weights and values.
#include <cstdint>

#include "kernels/attention/attention_pairs.isa.h"
#include "kernels/attention/attention_prefill.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

constexpr int block_vectors = 4;  // with 6 keys or rows 24 sums of 32 registers
constexpr int panel = block_vectors * lanes;

/// As of Plain.  q: [padded / 2, panel] pairs.
template <int K>
ROOFMARK_LEAF void score_block(const std::uint32_t* q, const bf16* keys, std::int64_t step,
                               std::int64_t dim, float* s) {
  vf32 sums[K][block_vectors] = {};
  for (std::int64_t i = 0; i < dim; i += 2, q += panel) {
    vu32 query[block_vectors];
    for (int n = 0; n < block_vectors; ++n) {
      __builtin_memcpy(&query[n], q + n * lanes, sizeof(vu32));
    }
    for (int k = 0; k < K; ++k) {
      const vu32 key = splat_pair(keys + k * step + i);
      for (int n = 0; n < block_vectors; ++n) add_products(sums[k][n], key, query[n]);
    }
  }
  for (int k = 0; k < K; ++k) {
    for (int n = 0; n < block_vectors; ++n) store(s + k * panel + n * lanes, sums[k][n]);
  }
}

/// weights: [count / 2, panel] pairs.  v: [count / 2, step] pairs.
template <int R, int N>
ROOFMARK_LEAF void value_block(const float* weights, const std::uint32_t* v, std::int64_t step,
                               std::int64_t count, float* o, std::int64_t padded) {
  vf32 sums[R][N];
  for (int r = 0; r < R; ++r) {
    for (int n = 0; n < N; ++n) sums[r][n] = load(o + r * padded + n * lanes);
  }
  for (std::int64_t k = 0; k < count; k += 2, v += step, weights += panel) {
    vu32 value[N];
    for (int n = 0; n < N; ++n) __builtin_memcpy(&value[n], v + n * lanes, sizeof(vu32));
    for (int r = 0; r < R; ++r) {
      const vu32 weight = splat_pair(weights + r);
      for (int n = 0; n < N; ++n) add_products(sums[r][n], weight, value[n]);
    }
  }
  for (int r = 0; r < R; ++r) {
    for (int n = 0; n < N; ++n) store(o + r * padded + n * lanes, sums[r][n]);
  }
}

struct Pairs : RowsOfValues {
  using Element = bf16;
  using Weight = bf16;
  static constexpr int vectors = block_vectors;

  static void read_queries(const AttentionHead& head, const PrefillMemory& m, std::int64_t first,
                           std::int64_t last) {
    bf16* row = reinterpret_cast<bf16*>(m.s);
    std::uint32_t* q = reinterpret_cast<std::uint32_t*>(m.q);
    for (std::int64_t r = 0; r < rows; ++r) {
      if (first + r + 8 < last) ask_for_row<false>(head, first + r + 8);
      const bf16* from = at<bf16>(head.q, first + r < last ? row_index(head, first + r) : 0);
      const std::int64_t there = first + r < last ? head.head_dim : 0;
      for (std::int64_t i = 0; i < m.padded; ++i) row[i] = i < there ? from[i] : bf16{};
      for (std::int64_t i = 0; i < m.padded / 2; ++i) {
        __builtin_memcpy(q + i * panel + r, row + 2 * i, 4);
      }
    }
  }

  /// Keys as they lie, where their elements make whole pairs; values of two keys side by side.
  static Tile tile(const AttentionHead& head, const PrefillMemory& m, std::int64_t key,
                   std::int64_t count) {
    const std::int64_t dim = head.head_dim;
    const bf16 *k = at<bf16>(head.k, key * dim), *v = at<bf16>(head.v, key * dim);
    std::uint32_t* values = reinterpret_cast<std::uint32_t*>(m.values);
    for (std::int64_t i = 0; i < count; i += 2) {
      const bf16 *even = v + i * dim, *odd = i + 1 < count ? even + dim : even;
      std::uint32_t* to = values + i / 2 * m.padded;
      std::int64_t c = 0;
      for (; c + lanes <= dim; c += lanes)
        keep_pairs(to + c, load_u16(even + c), load_u16(odd + c));
      if (c < dim) {
        const std::uint32_t there = mask_of(c, dim);
        keep_pairs(to + c, widened(even + c, there), widened(odd + c, there));
      }
    }
    Tile tile = {k, values, dim, m.padded, (dim + lanes - 1) / lanes * lanes};
    if (dim % 2 != 0) {
      bf16* keys = reinterpret_cast<bf16*>(m.keys);
      for (std::int64_t i = 0; i < count; ++i) {
        for (std::int64_t c = 0; c < m.padded; ++c) {
          keys[i * m.padded + c] = c < dim ? k[i * dim + c] : bf16{};
        }
      }
      tile.keys = keys;
      tile.key_step = m.padded;
    }
    return tile;
  }

  static void scores(const PrefillMemory& m, const Tile& tile, std::int64_t p, std::int64_t,
                     std::int64_t count, NextTile& next) {
    const std::uint32_t* q = reinterpret_cast<const std::uint32_t*>(m.q) + p * m.padded / 2;
    const bf16* keys = at<bf16>(tile.keys, 0);
    const std::int64_t step = tile.key_step, dim = step < tile.dim ? step : tile.dim;
    std::int64_t k = 0;
    for (; k + 6 <= count; k += 6) {
      NextTile::ask(next, turns_of<panel>(count));
      score_block<6>(q, keys + k * step, step, dim, m.s + k * panel);
    }
    for (; k + 2 <= count; k += 2) {
      score_block<2>(q, keys + k * step, step, dim, m.s + k * panel);
    }
    if (k < count) score_block<1>(q, keys + k * step, step, dim, m.s + k * panel);
  }

  /// A pair of keys lies where the scores of half its number were, which have been read by then.
  ROOFMARK_LEAF void keep_weights(float* s, std::int64_t k, vf32 even, vf32 odd) {
    store(s + k / 2 * panel, (vf32)weight_pairs(even, odd));
  }

  template <int R, int N>
  ROOFMARK_LEAF void block(const PrefillMemory& m, const Tile& tile, std::int64_t r, std::int64_t i,
                           std::int64_t count, float* o) {
    value_block<R, N>(m.s + r, at<std::uint32_t>(tile.values, i), tile.value_step, count, o,
                      m.padded);
  }
  static void values(const PrefillMemory& m, const Tile& tile, std::int64_t p, std::int64_t rows,
                     std::int64_t count) {
    value_columns<Pairs, block_vectors>(m, tile, p, rows, count, 0);
  }

 private:
  ROOFMARK_LEAF void keep_pairs(std::uint32_t* to, vu32 even, vu32 odd) {
    const vu32 pairs = even | odd << 16;
    __builtin_memcpy(to, &pairs, sizeof pairs);
  }
  ROOFMARK_LEAF vu32 widened(const bf16* at, std::uint32_t mask) {
    const auto there = static_cast<__mmask16>(mask);
    return (vu32)_mm512_maskz_cvtepu16_epi32(0xffff, _mm256_maskz_loadu_epi16(there, at));
  }
};

}  // namespace

const AttentionPrefillLeaf attention_prefill{prefill<Pairs>, Pairs::rows, Pairs::keys};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
