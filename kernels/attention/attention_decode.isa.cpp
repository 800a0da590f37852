// A decode step of attention in f32 arithmetic over caches of any element: per key and row 2
// head_dim multiply-adds and an exponential, per key and value head_dim elements from memory. While
// keys are multiplied their values are asked for, and while values are, the next keys: of the read
// roof (Zen 5, one core) 0.6-0.7 without.
#include <cstdint>

#include "core/vector.isa.h"

#if defined(__AVX512F__)
#include "kernels/attention/attention_sums.isa.h"
#endif

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int sums_at_once = 16;  // of 32 registers
#else
constexpr int sums_at_once = 8;  // of 16
#endif

#if !defined(__AVX512F__)
ROOFMARK_LEAF void add_up(const vf32 (&x)[sums_at_once], float* y) {
  for (int i = 0; i < sums_at_once; ++i) y[i] = sum(x[i]);
}
#endif

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE

#include "kernels/attention/attention_decode.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

constexpr int line = 64;

/// scores of K keys in each of R rows; asks for the lines `ahead` of the keys'.
template <int R, int K, class T>
ROOFMARK_LEAF void score_block(const float* q, std::int64_t q_step, const T* keys,
                               std::int64_t step, std::int64_t dim, float* scores,
                               const char* ahead) {
  static_assert(R * K == sums_at_once);
  vf32 sums[R * K] = {};
  for (std::int64_t i = 0; i < dim; i += lanes) {
    const std::int64_t offset = i * static_cast<std::int64_t>(sizeof(T));
    if (ahead != nullptr && offset % line == 0) {
      for (int k = 0; k < K; ++k) {
        __builtin_prefetch(ahead + k * step * static_cast<std::int64_t>(sizeof(T)) + offset);
      }
    }
    vf32 query[R];
    for (int r = 0; r < R; ++r) query[r] = load(q + r * q_step + i);
    for (int k = 0; k < K; ++k) {
      const vf32 key = load(keys + k * step + i);
      for (int r = 0; r < R; ++r) sums[r * K + k] += query[r] * key;
    }
  }
  float all[R * K];
  add_up(sums, all);
  for (int r = 0; r < R; ++r) __builtin_memcpy(scores + r * decode_keys, all + r * K, 4 * K);
}

/// The same of `count` keys, the last block of which goes back over some.
template <int R, class T>
ROOFMARK_LEAF void score_rows(const float* q, std::int64_t q_step, const T* keys, std::int64_t step,
                              std::int64_t dim, std::int64_t count, float* scores,
                              const char* ahead) {
  constexpr int K = sums_at_once / R;
  std::int64_t k = 0;
  const std::int64_t row = step * static_cast<std::int64_t>(sizeof(T));
  for (; k + K <= count; k += K) {
    score_block<R, K>(q, q_step, keys + k * step, step, dim, scores + k,
                      ahead == nullptr ? nullptr : ahead + k * row);
  }
  for (; k < count; ++k) {
    for (int r = 0; r < R; ++r) {
      vf32 total = {};
      for (std::int64_t i = 0; i < dim; i += lanes) {
        total += load(q + r * q_step + i) * load(keys + k * step + i);
      }
      scores[r * decode_keys + k] = sum(total);
    }
  }
}

/// values[r] += sum_k weights[r,k] v[k] for R rows and N vectors of each.
template <int R, int N, class T>
ROOFMARK_LEAF void value_block(const float* weights, const T* v, std::int64_t step,
                               std::int64_t count, float* values, std::int64_t padded,
                               const char* ahead) {
  vf32 sums[R][N];
  for (int r = 0; r < R; ++r) {
    for (int n = 0; n < N; ++n) sums[r][n] = load(values + r * padded + n * lanes);
  }
  for (std::int64_t k = 0; k < count; ++k) {
    const std::int64_t row = step * static_cast<std::int64_t>(sizeof(T));
    if (ahead != nullptr) {
      for (std::int64_t i = 0; i < row; i += line) __builtin_prefetch(ahead + k * row + i);
    }
    vf32 weight[R];
    for (int r = 0; r < R; ++r) weight[r] = splat(weights[r * decode_keys + k]);
    for (int n = 0; n < N; ++n) {
      const vf32 value = load(v + k * step + n * lanes);
      for (int r = 0; r < R; ++r) sums[r][n] += weight[r] * value;
    }
  }
  for (int r = 0; r < R; ++r) {
    for (int n = 0; n < N; ++n) store(values + r * padded + n * lanes, sums[r][n]);
  }
}

template <int R, int N, class T>
ROOFMARK_LEAF void value_rows(const float* weights, const T* v, std::int64_t step, std::int64_t dim,
                              std::int64_t count, float* values, std::int64_t padded,
                              const char* ahead) {
  std::int64_t i = 0;
  for (; i + N * lanes <= dim; i += N * lanes) {
    value_block<R, N>(weights, v + i, step, count, values + i, padded, i == 0 ? ahead : nullptr);
  }
  if constexpr (N > 1) {
    if (i < dim) {
      value_rows<R, N / 2>(weights, v + i, step, dim - i, count, values + i, padded,
                           i == 0 ? ahead : nullptr);
    }
  }
}

/// Products in f32 of a cache of T.
template <class T>
struct Plain {
  static void read_queries(const AttentionHead& head, const DecodeMemory& m) {
    for (std::int64_t r = 0; r < m.rows; ++r) read_query(head, r, 1, m.q + r * m.padded);
  }

  ROOFMARK_LEAF void keep_weights(const float* s, float* weights, std::int64_t r,
                                  std::int64_t count) {
    float* to = weights + r * decode_keys;
    for (std::int64_t i = 0; i < count; i += lanes) store(to + i, load(s + i));
  }

  static void scores(const AttentionHead& head, const DecodeMemory& m, std::int64_t key,
                     std::int64_t count) {
    const T* keys = at<T>(head.k, key * head.head_dim);
    const char* ahead = at<char>(at<T>(head.v, key * head.head_dim), 0);
    if (head.head_dim % lanes == 0) {
      all_scores(m, keys, head.head_dim, head.head_dim, count, ahead);
    } else {
      all_scores(m, widened(head, m, keys, count), m.padded, m.padded, count, nullptr);
    }
  }

  static void values(const AttentionHead& head, const DecodeMemory& m, std::int64_t key,
                     std::int64_t count) {
    const T* v = at<T>(head.v, key * head.head_dim);
    const char* ahead = at<char>(at<T>(head.k, (key + decode_keys) * head.head_dim), 0);
    if (head.head_dim % lanes == 0) {
      all_values(m, v, head.head_dim, head.head_dim, count, ahead);
    } else {
      all_values(m, widened(head, m, v, count), m.padded, m.padded, count, nullptr);
    }
  }

  ROOFMARK_LEAF void finish(const DecodeMemory&) {}

 private:
  static const float* widened(const AttentionHead& head, const DecodeMemory& m, const T* rows,
                              std::int64_t count) {
    for (std::int64_t k = 0; k < count; ++k) {
      widen(rows + k * head.head_dim, head.head_dim, 1, m.tile + k * m.padded, m.padded);
    }
    return m.tile;
  }

  /// Rows in fours, then what is left of them.
  template <int R = 4, class E>
  ROOFMARK_LEAF void all_scores(const DecodeMemory& m, const E* keys, std::int64_t step,
                                std::int64_t dim, std::int64_t count, const char* ahead,
                                std::int64_t r = 0) {
    for (; r + R <= m.rows; r += R) {
      score_rows<R>(m.q + r * m.padded, m.padded, keys, step, dim, count,
                    m.scores + r * decode_keys, r == 0 ? ahead : nullptr);
    }
    if constexpr (R > 1) all_scores<R / 2>(m, keys, step, dim, count, ahead, r);
  }
  template <int R = 4, class E>
  ROOFMARK_LEAF void all_values(const DecodeMemory& m, const E* v, std::int64_t step,
                                std::int64_t dim, std::int64_t count, const char* ahead,
                                std::int64_t r = 0) {
    constexpr int N = R == 1 ? 8 : sums_at_once / R;
    for (; r + R <= m.rows; r += R) {
      value_rows<R, N>(m.weights + r * decode_keys, v, step, dim, count, m.values + r * m.padded,
                       m.padded, r == 0 ? ahead : nullptr);
    }
    if constexpr (R > 1) all_values<R / 2>(m, v, step, dim, count, ahead, r);
  }
};

}  // namespace

void attention_decode(const AttentionHead& head, std::int64_t first, std::int64_t last,
                      float* piece, float* scratch) {
  if (head.cache == KvElement::f32) decode<Plain<float>>(head, first, last, piece, scratch);
  if (head.cache == KvElement::bf16) decode<Plain<bf16>>(head, first, last, piece, scratch);
  if (head.cache == KvElement::f16) decode<Plain<f16>>(head, first, last, piece, scratch);
  if (head.cache == KvElement::i8) decode<Plain<std::int8_t>>(head, first, last, piece, scratch);
}

void attention_join(const AttentionHead& head, float* pieces, std::int64_t count) {
  join(head, pieces, count);
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
