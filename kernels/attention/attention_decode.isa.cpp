// A decode step of attention in f32 arithmetic over caches of any element: per key and row 2
// head_dim multiply-adds and an exponential, per key and value head_dim elements from memory. While
// keys are multiplied their values are asked for, and while values are, the next keys: eight rows
// to a key take as long as memory does, and stand at 0.33 of the read roof without, at 0.86 with
// (Zen 5, AVX-512, one core, heads of 128).
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
#if defined(__AVX512F__)
#include "kernels/attention/attention_quads.isa.h"
#endif

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

/// Scores of keys_at_once keys in each of R rows, of which each vector of a key meets that of all
/// rows.
template <int R, int keys_at_once, class T>
ROOFMARK_LEAF void score_block(const float* q, std::int64_t q_step, const T* keys,
                               std::int64_t step, std::int64_t dim, float* scores, Walk& walk) {
  vf32 sums[R * keys_at_once] = {};
  if constexpr (keys_at_once > 4) {
    // One key after the other: as many rows at once are too many addresses.
    for (int k = 0; k < keys_at_once; ++k, keys += step) {
      vf32 of_key[R] = {};
      const auto add_products = [&](std::int64_t i) __attribute__((always_inline)) {
        for (int r = 0; r < R; ++r) of_key[r] += load(q + r * q_step + i) * load(keys + i);
      };
      constexpr std::int64_t in_line = line / sizeof(T);
      std::int64_t i = 0;
      for (; i + in_line <= dim; i += in_line) {
        Walk::ask_line(walk);
        for (std::int64_t j = i; j < i + in_line; j += lanes) add_products(j);
      }
      for (; i < dim; i += lanes) add_products(i);
      for (int r = 0; r < R; ++r) sums[r * keys_at_once + k] = of_key[r];
    }
  } else {
    constexpr int in_line = line / (lanes * sizeof(T));
    for (std::int64_t i = 0; i < dim; i += lanes) {
      vf32 query[R];
      for (int r = 0; r < R; ++r) query[r] = load(q + r * q_step + i);
      for (int k = 0; k < keys_at_once; ++k) {
        Walk::ask_line<in_line>(walk);
        const vf32 key = load(keys + k * step + i);
        for (int r = 0; r < R; ++r) sums[r * keys_at_once + k] += query[r] * key;
      }
    }
  }
  float all[R * keys_at_once];
  add_up(sums, all);
  for (int r = 0; r < R; ++r)
    __builtin_memcpy(scores + r * decode_keys, all + r * keys_at_once, 4 * keys_at_once);
}

template <int R, class T>
ROOFMARK_LEAF void score_rows(const float* q, std::int64_t q_step, const T* keys, std::int64_t step,
                              std::int64_t dim, std::int64_t count, float* scores, Walk walk) {
  constexpr int keys_at_once = sums_at_once / R;
  std::int64_t k = 0;
  for (; k + keys_at_once <= count; k += keys_at_once) {
    score_block<R, keys_at_once>(q, q_step, keys + k * step, step, dim, scores + k, walk);
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

/// values[r] += sum_k weights[r,k] v[k] for R rows and vectors_at_once vectors of each.
template <int R, int vectors_at_once, class T>
ROOFMARK_LEAF void value_block(const float* weights, const T* v, std::int64_t step,
                               std::int64_t count, float* values, std::int64_t padded, Walk& walk) {
  vf32 sums[R][vectors_at_once];
  for (int r = 0; r < R; ++r) {
    for (int n = 0; n < vectors_at_once; ++n) sums[r][n] = load(values + r * padded + n * lanes);
  }
  constexpr int in_line = line / (lanes * sizeof(T));
  constexpr int at_once = in_line < vectors_at_once ? in_line : vectors_at_once;
  for (std::int64_t k = 0; k < count; ++k) {
    vf32 weight[R];
    for (int r = 0; r < R; ++r) weight[r] = splat(weights[r * decode_keys + k]);
    for (int n = 0; n < vectors_at_once; ++n) {
      if (n % at_once == 0) Walk::ask_line<in_line / at_once>(walk);
      const vf32 value = load(v + k * step + n * lanes);
      for (int r = 0; r < R; ++r) sums[r][n] += weight[r] * value;
    }
  }
  for (int r = 0; r < R; ++r) {
    for (int n = 0; n < vectors_at_once; ++n) store(values + r * padded + n * lanes, sums[r][n]);
  }
}

/// Of `dim` elements those from i on, vectors_at_once vectors at a time, then what is left of them.
template <int R, int vectors_at_once, class T>
ROOFMARK_LEAF void value_rows(const float* weights, const T* v, std::int64_t step, std::int64_t dim,
                              std::int64_t count, float* values, std::int64_t padded, Walk& walk,
                              std::int64_t i = 0) {
  for (; i + vectors_at_once * lanes <= dim; i += vectors_at_once * lanes) {
    value_block<R, vectors_at_once>(weights, v + i, step, count, values + i, padded, walk);
  }
  if constexpr (vectors_at_once > 1) {
    value_rows<R, vectors_at_once / 2>(weights, v, step, dim, count, values, padded, walk, i);
  }
}

#if defined(__AVX512F__)
ROOFMARK_LEAF bool are_quads(const DecodeMemory& m) { return m.rows > 2; }
ROOFMARK_LEAF void f32_quads(const DecodeMemory& m, const float* keys, std::int64_t dim,
                             std::int64_t count, const Ahead& ahead, bool by_l2) {
  quad_scores(m, at<char>(keys, 0), 4 * dim, count, ahead, by_l2);
}
#else
ROOFMARK_LEAF bool are_quads(const DecodeMemory&) { return false; }
ROOFMARK_LEAF void keep_quads(const DecodeMemory&, std::int64_t, const char*, std::int64_t) {}
ROOFMARK_LEAF void f32_quads(const DecodeMemory&, const float*, std::int64_t, std::int64_t,
                             const Ahead&, bool) {}
#endif

/// Products in f32 of a cache of T.  Of three rows or more it is widened once, not by each; that
/// waits for what comes no nearer than L2 (Xeon, AMX generation, four rows to a bf16 key: 0.62 of
/// the read roof, 0.73 with all asked into L1).
template <class T, bool by_l2>
struct Plain {
  /// Of the read roof (Zen 5, AVX-512, one core, f32, heads of 128): one row to a key 0.99, eight
  /// 0.86; with twice as much 0.96 and 0.86.
  static constexpr std::int64_t tile_bytes = 8 << 10;
  /// The same, eight rows: a 4th of the next keys is asked for while weights are made 0.825, none
  /// 0.81.
  static constexpr std::int64_t weigh_from = 3;  ///< rows
  static constexpr std::int64_t weigh_share = 4;

  static std::int64_t row_bytes(const AttentionHead& head, const DecodeMemory& m) {
    return is_direct(head, m) ? cache_bytes(head) : 4 * dim_of(head);
  }

  static void read_queries(const AttentionHead& head, const DecodeMemory& m) {
    for (std::int64_t r = 0; r < m.rows; ++r) {
      if (are_quads(m)) {
        read_query(head, r, 1, m.tile);
        keep_quads(m, r, at<char>(m.tile, 0), 4 * dim_of(head));
      } else {
        read_query(head, r, 1, m.q + r * m.padded);
      }
    }
  }

  static Ahead keys_from(const AttentionHead& head, std::int64_t key, std::int64_t count) {
    return {at<char>(at<T>(head.k, key * head.head_dim), 0), count * cache_bytes(head)};
  }

  static void scores(const AttentionHead& head, const DecodeMemory& m, std::int64_t key,
                     std::int64_t count) {
    const T* keys = at<T>(head.k, key * head.head_dim);
    const Ahead ahead{at<char>(at<T>(head.v, key * head.head_dim), 0), count * cache_bytes(head)};
    if (is_direct(head, m)) {
      all_scores<by_l2>(m, keys, head.head_dim, head.head_dim, count, ahead);
    } else {
      all_scores<false>(m, widened(head, m, keys, count), dim_of(head), dim_of(head), count, ahead);
    }
  }

  ROOFMARK_LEAF void weigh(const AttentionHead& head, const DecodeMemory& m, std::int64_t key,
                           std::int64_t count, const Ahead& ahead) {
    weigh_rows(head, m, key, count, ahead, by_l2 && is_direct(head, m));
  }

  static void values(const AttentionHead& head, const DecodeMemory& m, std::int64_t key,
                     std::int64_t count, const Ahead& next) {
    const T* v = at<T>(head.v, key * head.head_dim);
    const std::int64_t lines = (m.rows + 3) / 4 * count * lines_of(row_bytes(head, m));
    if (is_direct(head, m)) {
      Walk walk = walk_of(next, 0, 1, 1, lines, by_l2);
      all_values(m, v, head.head_dim, head.head_dim, count, walk);
    } else {
      Walk walk = walk_of(next, 0, 1, 1, lines, false);
      all_values(m, widened(head, m, v, count), dim_of(head), dim_of(head), count, walk);
    }
  }

  ROOFMARK_LEAF void finish(const AttentionHead&, const DecodeMemory&) {}

 private:
  static std::int64_t cache_bytes(const AttentionHead& head) {
    return head.head_dim * static_cast<std::int64_t>(sizeof(T));
  }
  /// Elements of a row with the padding that makes whole vectors.
  static std::int64_t dim_of(const AttentionHead& head) {
    return (head.head_dim + lanes - 1) / lanes * lanes;
  }

  static bool is_direct(const AttentionHead& head, const DecodeMemory& m) {
    return head.head_dim % lanes == 0 && (sizeof(T) == 4 || m.rows <= 2);
  }
  static const float* widened(const AttentionHead& head, const DecodeMemory& m, const T* rows,
                              std::int64_t count) {
    const std::int64_t dim = dim_of(head);
    for (std::int64_t k = 0; k < count; ++k) {
      widen(rows + k * head.head_dim, head.head_dim, 1, m.tile + k * dim, dim);
    }
    return m.tile;
  }

  /// Rows in fours, then what is left of them.
  template <bool to_l2, int R = 4, class E>
  ROOFMARK_LEAF void all_scores(const DecodeMemory& m, const E* keys, std::int64_t step,
                                std::int64_t dim, std::int64_t count, const Ahead& ahead,
                                std::int64_t r = 0) {
    if constexpr (sizeof(E) == 4) {
      if (are_quads(m)) return f32_quads(m, keys, dim, count, ahead, to_l2);
    }
    for (; r + R <= m.rows; r += R) {
      score_rows<R>(m.q + r * m.padded, m.padded, keys, step, dim, count,
                    m.scores + r * decode_keys,
                    walk_of(ahead, r, R, m.rows, count * lines_of(sizeof(E) * dim), to_l2));
    }
    if constexpr (R > 1) all_scores<to_l2, R / 2>(m, keys, step, dim, count, ahead, r);
  }
  template <int R = 4, class E>
  ROOFMARK_LEAF void all_values(const DecodeMemory& m, const E* v, std::int64_t step,
                                std::int64_t dim, std::int64_t count, Walk& walk,
                                std::int64_t r = 0) {
    constexpr int vectors_at_once = R == 1 ? 8 : sums_at_once / R;
    for (; r + R <= m.rows; r += R) {
      value_rows<R, vectors_at_once>(m.weights + r * decode_keys, v, step, dim, count,
                                     m.values + r * m.padded, m.padded, walk);
    }
    if constexpr (R > 1) all_values<R / 2>(m, v, step, dim, count, walk, r);
  }
};

template <class T>
void decode_plain(const AttentionHead& head, std::int64_t first, std::int64_t last, float* piece,
                  float* scratch) {
  head.asks_by_l2 ? decode<Plain<T, true>>(head, first, last, piece, scratch)
                  : decode<Plain<T, false>>(head, first, last, piece, scratch);
}

}  // namespace

void attention_decode(const AttentionHead& head, std::int64_t first, std::int64_t last,
                      float* piece, float* scratch) {
  switch (head.cache) {
    case KvElement::f32:
      return decode_plain<float>(head, first, last, piece, scratch);
    case KvElement::bf16:
      return decode_plain<bf16>(head, first, last, piece, scratch);
    case KvElement::f16:
      return decode_plain<f16>(head, first, last, piece, scratch);
    case KvElement::i8:
      return decode_plain<std::int8_t>(head, first, last, piece, scratch);
  }
}

void attention_join(const AttentionHead& head, float* pieces, std::int64_t count) {
  join(head, pieces, count);
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
