// A decode step of attention over a bf16 cache by products of pairs: where eight rows share a key,
// f32 arithmetic on widened elements takes longer than the memory that brings them.
#include <cstdint>

#include "kernels/attention/attention_decode.isa.h"
#include "kernels/attention/attention_pairs.isa.h"
#include "kernels/attention/attention_sums.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

constexpr int sums_at_once = 16, chunk = 32;

/// As of Plain.  Weights are bf16, two keys to a pair.  Sums of values have the columns of each
/// chunk in the order in which the unpacking of two rows leaves them, until finish().
struct Pairs {
  static void read_queries(const AttentionHead& head, const DecodeMemory& m) {
    for (std::int64_t r = 0; r < m.rows; ++r) {
      const bf16* from = at<bf16>(head.q, row_index(head, r));
      bf16* to = query(m, r);
      for (std::int64_t i = 0; i < m.padded; ++i) to[i] = i < head.head_dim ? from[i] : bf16{};
    }
  }

  ROOFMARK_LEAF void keep_weights(const float* s, float* weights, std::int64_t r,
                                  std::int64_t count) {
    bf16* to = reinterpret_cast<bf16*>(weights + r * decode_keys);
    for (std::int64_t i = 0; i < count; i += lanes) store(to + i, load(s + i));
  }

  static void scores(const AttentionHead& head, const DecodeMemory& m, std::int64_t key,
                     std::int64_t count) {
    const bf16* keys = at<bf16>(head.k, key * head.head_dim);
    all_scores<4>(m, keys, head.head_dim, count, at<bf16>(head.v, key * head.head_dim), 0);
  }

  static void values(const AttentionHead& head, const DecodeMemory& m, std::int64_t key,
                     std::int64_t count) {
    const bf16* v = at<bf16>(head.v, key * head.head_dim);
    all_values<4>(m, v, head.head_dim, count, at<bf16>(head.k, (key + decode_keys) * head.head_dim),
                  0);
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

  template <int R, int K>
  ROOFMARK_LEAF void score_block(const DecodeMemory& m, std::int64_t r, const bf16* keys,
                                 std::int64_t dim, std::int64_t k, const bf16* ahead) {
    vf32 sums[R * K] = {};
    for (std::int64_t i = 0; i < dim; i += chunk) {
      const std::uint32_t mask = mask_of(i, dim);
      vu32 q[R];
      for (int j = 0; j < R; ++j) q[j] = load_pairs(query(m, r + j) + i);
      for (int j = 0; j < K; ++j) {
        if (ahead != nullptr) __builtin_prefetch(ahead + (k + j) * dim + i);
        const vu32 key = load_pairs(keys + (k + j) * dim + i, mask);
        for (int l = 0; l < R; ++l) add_products(sums[l * K + j], q[l], key);
      }
    }
    float all[sums_at_once];
    if constexpr (R * K == sums_at_once) {
      add_up(sums, all);
    } else {
      for (int j = 0; j < R * K; ++j) all[j] = sum(sums[j]);
    }
    for (int j = 0; j < R; ++j) {
      __builtin_memcpy(m.scores + (r + j) * decode_keys + k, all + j * K, 4 * K);
    }
  }

  template <int R>
  ROOFMARK_LEAF void all_scores(const DecodeMemory& m, const bf16* keys, std::int64_t dim,
                                std::int64_t count, const bf16* ahead, std::int64_t r) {
    constexpr int K = sums_at_once / R;
    for (; r + R <= m.rows; r += R) {
      const bf16* asked = r == 0 ? ahead : nullptr;
      std::int64_t k = 0;
      for (; k + K <= count; k += K) score_block<R, K>(m, r, keys, dim, k, asked);
      for (; k < count; ++k) score_block<R, 1>(m, r, keys, dim, k, asked);
    }
    if constexpr (R > 1) all_scores<R / 2>(m, keys, dim, count, ahead, r);
  }

  /// N chunks of R rows, two keys at a time; the last may be alone: its pair has weight 0.
  template <int R, int N>
  ROOFMARK_LEAF void value_block(const DecodeMemory& m, std::int64_t r, const bf16* v,
                                 std::int64_t dim, std::int64_t first, std::int64_t count,
                                 const bf16* ahead) {
    float* values = m.values + r * m.padded + first;
    vf32 sums[R][2 * N];
    for (int j = 0; j < R; ++j) {
      for (int n = 0; n < 2 * N; ++n) sums[j][n] = load(values + j * m.padded + n * lanes);
    }
    for (std::int64_t k = 0; k < count; k += 2) {
      if (ahead != nullptr) {
        for (std::int64_t i = 0; i < 2 * dim; i += chunk) __builtin_prefetch(ahead + k * dim + i);
      }
      vu32 weight[R];
      for (int j = 0; j < R; ++j) {
        weight[j] =
            splat_pair(reinterpret_cast<const bf16*>(m.weights + (r + j) * decode_keys) + k);
      }
      const bf16 *even = v + k * dim, *odd = k + 1 < count ? even + dim : even;
      for (int n = 0; n < N; ++n) {
        const std::int64_t i = first + n * chunk;
        const __m512i a = (__m512i)load_pairs(even + i, mask_of(i, dim));
        const __m512i b = (__m512i)load_pairs(odd + i, mask_of(i, dim));
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
                                 std::int64_t dim, std::int64_t i, std::int64_t count,
                                 const bf16* ahead) {
    for (; i + N * chunk <= m.padded; i += N * chunk) {
      value_block<R, N>(m, r, v, dim, i, count, i == 0 ? ahead : nullptr);
    }
    if constexpr (N > 1) {
      if (i < m.padded) all_columns<R, N / 2>(m, r, v, dim, i, count, ahead);
    }
  }

  template <int R>
  ROOFMARK_LEAF void all_values(const DecodeMemory& m, const bf16* v, std::int64_t dim,
                                std::int64_t count, const bf16* ahead, std::int64_t r) {
    constexpr int N = R == 1 ? 4 : sums_at_once / (2 * R);
    for (; r + R <= m.rows; r += R) {
      all_columns<R, N>(m, r, v, dim, 0, count, r == 0 ? ahead : nullptr);
    }
    if constexpr (R > 1) all_values<R / 2>(m, v, dim, count, ahead, r);
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
