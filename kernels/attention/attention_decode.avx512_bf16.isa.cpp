// A decode step of attention over a bf16 cache by products of pairs: where eight rows share a key,
// f32 arithmetic on widened elements takes longer than the memory that brings them.
#include <cstdint>

#include "kernels/attention/attention_pairs.isa.h"
#include "kernels/attention/attention_quads.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

constexpr int chunk = 32;

struct Product {
  ROOFMARK_LEAF void add(vf32& sum, vf32 a, vf32 b) { add_products(sum, (vu32)a, (vu32)b); }
};

/// As of Plain.  Weights are bf16, two keys to a pair.  Sums of values have the columns of each
/// chunk in the order in which the unpacking of two rows leaves them, until finish().
struct Pairs {
  /// Of the read roof (Zen 5, one core, heads of 128, eight rows to a key): 0.88, with half as much
  /// 0.80, for the softmax of a tile has a part that does not shrink with it.
  static constexpr std::int64_t tile_bytes = 16 << 10;

  static std::int64_t row_bytes(const AttentionHead& head, const DecodeMemory&) {
    return 2 * head.head_dim;
  }

  static void read_queries(const AttentionHead& head, const DecodeMemory& m) {
    bf16* row = reinterpret_cast<bf16*>(m.tile);
    for (std::int64_t r = 0; r < m.rows; ++r) {
      const bf16* from = at<bf16>(head.q, row_index(head, r));
      for (std::int64_t i = 0; i < m.padded; ++i) row[i] = i < head.head_dim ? from[i] : bf16{};
      if (are_quads(head, m)) {
        keep_quads(m, r, at<char>(row, 0), 2 * head.head_dim);
      } else {
        __builtin_memcpy(query(m, r), row, static_cast<std::uint64_t>(2 * m.padded));
      }
    }
  }

  ROOFMARK_LEAF vf32 power(vf32 x) { return short_exponential(x); }
  /// Rounded, halves up: weights are not negative, and at most 1.
  ROOFMARK_LEAF void keep_weights(float* weights, std::int64_t i, vf32 e) {
    store_u16(reinterpret_cast<bf16*>(weights) + i, ((vu32)e + 0x8000) >> 16);
  }

  static Ahead keys_from(const AttentionHead& head, std::int64_t key, std::int64_t count) {
    return {at<char>(at<bf16>(head.k, key * head.head_dim), 0), count * 2 * head.head_dim};
  }

  static void scores(const AttentionHead& head, const DecodeMemory& m, std::int64_t key,
                     std::int64_t count) {
    const bf16* keys = at<bf16>(head.k, key * head.head_dim);
    const Ahead ahead{at<char>(at<bf16>(head.v, key * head.head_dim), 0),
                      count * 2 * head.head_dim};
    if (are_quads(head, m)) {
      quad_scores<Product>(m, at<char>(keys, 0), 2 * head.head_dim, count, ahead);
      return;
    }
    for (std::int64_t r = 0; r < m.rows; ++r) {
      score_row(m, r, keys, head.head_dim, count, walk_of(ahead, r, 1, m.rows, count));
    }
  }

  static void values(const AttentionHead& head, const DecodeMemory& m, std::int64_t key,
                     std::int64_t count, const Ahead& next) {
    const bf16* v = at<bf16>(head.v, key * head.head_dim);
    const std::int64_t in_block = m.rows < 4 ? 4 * chunk : 2 * chunk;
    const std::int64_t blocks = (m.rows + 3) / 4 * ((m.padded + in_block - 1) / in_block);
    // A turn is two keys of a block of rows and columns.
    Walk walk = walk_of(next, 0, 1, 1, blocks * (count / 2));
    all_values<4>(m, v, head.head_dim, count, walk, 0);
  }

  static void finish(const DecodeMemory& m) {
    for (float* at = m.values; at < m.values + m.rows * m.padded; at += chunk) {
      float mixed[chunk];
      __builtin_memcpy(mixed, at, sizeof mixed);
      for (int i = 0; i < chunk; ++i) at[i] = mixed[i % 8 / 4 * 16 + i / 8 * 4 + i % 4];
    }
  }

 private:
  ROOFMARK_LEAF bf16* query(const DecodeMemory& m, std::int64_t r) {
    return reinterpret_cast<bf16*>(m.q + r * m.padded);
  }

  ROOFMARK_LEAF bool are_quads(const AttentionHead& head, const DecodeMemory& m) {
    return m.rows > 2 && 2 * head.head_dim % quad_bytes == 0;
  }

  ROOFMARK_LEAF void score_row(const DecodeMemory& m, std::int64_t r, const bf16* keys,
                               std::int64_t dim, std::int64_t count, Walk walk) {
    const std::int64_t whole = dim / chunk * chunk;
    const std::uint32_t rest = mask_of(whole, dim);
    for (std::int64_t k = 0; k < count; ++k, keys += dim) {
      Walk::ask(walk);
      vf32 total = {};
      std::int64_t i = 0;
      for (; i < whole; i += chunk) {
        add_products(total, load_pairs(query(m, r) + i), load_pairs(keys + i));
      }
      if (rest != 0) add_products(total, load_pairs(query(m, r) + i), load_pairs(keys + i, rest));
      m.scores[r * decode_keys + k] = sum(total);
    }
  }

  /// N chunks of R rows, two keys at a time; the last may be alone: its pair has weight 0.
  template <int R, int N, bool whole>
  ROOFMARK_LEAF void value_block(const DecodeMemory& m, std::int64_t r, const bf16* v,
                                 std::int64_t dim, std::int64_t first, std::int64_t count,
                                 Walk& walk) {
    float* values = m.values + r * m.padded + first;
    const bf16* weights = reinterpret_cast<const bf16*>(m.weights + r * decode_keys);
    vf32 sums[R][2 * N];
    for (int j = 0; j < R; ++j) {
      for (int n = 0; n < 2 * N; ++n) sums[j][n] = load(values + j * m.padded + n * lanes);
    }
    for (std::int64_t k = 0; k < count; k += 2) {
      Walk::ask(walk);
      vu32 weight[R];
      for (int j = 0; j < R; ++j) weight[j] = splat_pair(weights + 2 * j * decode_keys + k);
      const bf16* even = v + k * dim + first;
      const bf16* odd = k + 1 < count ? even + dim : even;
      for (int n = 0; n < N; ++n) {
        const std::uint32_t mask = whole ? ~0u : mask_of(first + n * chunk, dim);
        const __m512i a = (__m512i)load_pairs(even + n * chunk, mask);
        const __m512i b = (__m512i)load_pairs(odd + n * chunk, mask);
        const vu32 low = (vu32)_mm512_maskz_unpacklo_epi16(~0u, a, b);
        const vu32 high = (vu32)_mm512_maskz_unpackhi_epi16(~0u, a, b);
        for (int j = 0; j < R; ++j) {
          add_products(sums[j][2 * n], weight[j], low);
          add_products(sums[j][2 * n + 1], weight[j], high);
        }
      }
    }
    for (int j = 0; j < R; ++j) {
      for (int n = 0; n < 2 * N; ++n) store(values + j * m.padded + n * lanes, sums[j][n]);
    }
  }

  template <int R, int N>
  ROOFMARK_LEAF void all_columns(const DecodeMemory& m, std::int64_t r, const bf16* v,
                                 std::int64_t dim, std::int64_t i, std::int64_t count, Walk& walk) {
    for (; i + N * chunk <= dim; i += N * chunk) {
      value_block<R, N, true>(m, r, v, dim, i, count, walk);
    }
    if constexpr (N > 1) {
      all_columns<R, N / 2>(m, r, v, dim, i, count, walk);
    } else if (i < dim) {
      value_block<R, 1, false>(m, r, v, dim, i, count, walk);
    }
  }

  template <int R>
  ROOFMARK_LEAF void all_values(const DecodeMemory& m, const bf16* v, std::int64_t dim,
                                std::int64_t count, Walk& walk, std::int64_t r) {
    for (; r + R <= m.rows; r += R) {
      all_columns<R, R == 4 ? 2 : 4>(m, r, v, dim, 0, count, walk);
    }
    if constexpr (R > 1) all_values<R / 2>(m, v, dim, count, walk, r);
  }
};

}  // namespace

void attention_decode(const AttentionHead& head, std::int64_t first, std::int64_t last,
                      float* piece, float* scratch) {
  decode<Pairs>(head, first, last, piece, scratch);
}

void attention_join(const AttentionHead& head, float* pieces, std::int64_t count) {
  join(head, pieces, count);
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
