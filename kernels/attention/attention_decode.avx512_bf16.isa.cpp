// A decode step of attention over a bf16 cache by products of pairs: where eight rows share a key,
// f32 arithmetic on widened elements takes longer than the memory that brings them.
#include <cstdint>

#include "kernels/attention/attention_beside.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

constexpr int chunk = 32;

/// As of Plain.  Weights are bf16, two keys to a pair.  Sums of values have the columns of each
/// chunk in the order in which the unpacking of two rows leaves them, until finish().
template <bool by_l2>
struct Pairs {
  /// Zen 5, one core, heads of 128, eight rows to a key: 0.83 of the read roof; with half as much
  /// 0.77, for what is asked for has then half as long to come.
  static constexpr std::int64_t tile_bytes = 16 << 10;
  /// An eighth of the next keys is asked for while weights are made: 0.84 of the read roof there
  /// (two threads 0.82).  Asking for half of them costs a tenth of that, for none a few percent.
  static constexpr std::int64_t weigh_from = 3;  ///< rows
  static constexpr std::int64_t weigh_share = 8;

  static std::int64_t row_bytes(const AttentionHead& head, const DecodeMemory&) {
    return 2 * head.head_dim;
  }

  static void read_queries(const AttentionHead& head, const DecodeMemory& m) {
    bf16* queries = queries_of(m, 0);
    for (std::int64_t i = 0; i < 2 * m.padded * ((m.rows + 3) / 4 * 4); ++i) queries[i] = bf16{};
    each_group(m, head.head_dim, [&]<int R>(Beside<R> group) {
      for (std::int64_t r = 0; r < R && group.first + r < m.rows; ++r) {
        keep_query<R>(queries_of(m, group.first), r,
                      at<bf16>(head.q, row_index(head, group.first + r)), head.head_dim);
      }
      store(tops_of(m, group), splat(lowest));
      store(tops_of(m, group) + lanes, vf32{});
    });
  }

  static Ahead keys_from(const AttentionHead& head, std::int64_t key, std::int64_t count) {
    return {at<char>(at<bf16>(head.k, key * head.head_dim), 0), count * 2 * head.head_dim};
  }

  static void scores(const AttentionHead& head, const DecodeMemory& m, std::int64_t key,
                     std::int64_t count) {
    const bf16* keys = at<bf16>(head.k, key * head.head_dim);
    const Ahead ahead{at<char>(at<bf16>(head.v, key * head.head_dim), 0),
                      count * 2 * head.head_dim};
    each_group(m, head.head_dim, [&]<int R>(Beside<R> group) {
      if constexpr (R == 1) {
        score_row(
            m, group.first, keys, head.head_dim, count,
            walk_of(ahead, group.first, 1, m.rows, count * lines_of(2 * head.head_dim), by_l2));
      } else {
        const auto of_length = [&](auto row_bytes) {
          beside_scores(m, group, at<char>(keys, 0), row_bytes, count, part_of(m, group, ahead),
                        by_l2);
        };
        // Sixteen keys are more addresses than registers; of constant length they are one: 21.4
        // cycles a key and eight rows, not 25.5.
        head.head_dim == 128 ? of_length(Known<256>{}) : of_length(2 * head.head_dim);
      }
    });
  }

  static void weigh(const AttentionHead& head, const DecodeMemory& m, std::int64_t key,
                    std::int64_t count, const Ahead& ahead) {
    each_group(m, head.head_dim, [&]<int R>(Beside<R> group) {
      weigh_beside(head, m, group, key, count, part_of(m, group, ahead), by_l2);
    });
  }

  static void values(const AttentionHead& head, const DecodeMemory& m, std::int64_t key,
                     std::int64_t count, const Ahead& next) {
    const bf16* v = at<bf16>(head.v, key * head.head_dim);
    std::int64_t groups = 0;
    each_group(m, head.head_dim, [&]<int R>(Beside<R>) { ++groups; });
    Walk walk = walk_of(next, 0, 1, 1, groups * count * lines_of(2 * head.head_dim), by_l2);
    each_group(m, head.head_dim, [&]<int R>(Beside<R> group) {
      all_columns<R, chunks<R>>(m, group, v, head.head_dim, 0, count, walk);
    });
  }

  static void finish(const AttentionHead& head, const DecodeMemory& m) {
    // Column i of a chunk is lane i / 8 * 4 + i % 4 of the first vector, or of the second.
    const vi32 first = {0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23};
    for (float* at = m.values; at < m.values + m.rows * m.padded; at += chunk) {
      const __m512 a = (__m512)load(at), b = (__m512)load(at + lanes);
      store(at, (vf32)_mm512_permutex2var_ps(a, (__m512i)first, b));
      store(at + lanes, (vf32)_mm512_permutex2var_ps(a, (__m512i)(first + 8), b));
    }
    each_group(m, head.head_dim, [&]<int R>(Beside<R> group) {
      const float* tops = tops_of(m, group);
      for (std::int64_t r = 0; r < R && group.first + r < m.rows; ++r) {
        m.top[group.first + r] = tops[r * group.keys];
        const float* sums = tops + lanes + r * group.keys;
        float total = 0;
        for (int i = 0; i < group.keys; ++i) total += sums[i];
        m.sum[group.first + r] = total;
      }
    });
  }

 private:
  /// Chunks of R rows whose sums are made at once: as many as a third of the registers hold or
  /// half.
  template <int R>
  static constexpr int chunks = R == 8   ? 1
                                : R == 4 ? 2
                                         : 4;

  ROOFMARK_LEAF void score_row(const DecodeMemory& m, std::int64_t r, const bf16* keys,
                               std::int64_t dim, std::int64_t count, Walk walk) {
    const bf16* query = queries_of(m, r);
    const std::int64_t whole = dim / chunk * chunk;
    const std::uint32_t rest = mask_of(whole, dim);
    for (std::int64_t k = 0; k < count; ++k, keys += dim) {
      vf32 total = {};
      std::int64_t i = 0;
      for (; i < whole; i += chunk) {
        Walk::ask_line(walk);
        add_products(total, load_pairs(query + i), load_pairs(keys + i));
      }
      if (rest != 0) add_products(total, load_pairs(query + i), load_pairs(keys + i, rest));
      m.scores[r * decode_keys + k] = sum(total);
    }
  }

  /// N chunks of R rows, two keys at a time; the last may be alone: its pair has weight 0.
  template <int R, int N, bool whole>
  ROOFMARK_LEAF void value_block(const DecodeMemory& m, Beside<R> group, const bf16* v,
                                 std::int64_t dim, std::int64_t first, std::int64_t count,
                                 Walk& whole_walk) {
    Walk walk = whole_walk;  // in registers
    float* values = m.values + group.first * m.padded + first;
    const bf16* weights = weights_of(m, group.first);
    const std::int64_t there = m.rows - group.first;
    vf32 sums[R][2 * N] = {};
    for (int j = 0; j < R && j < there; ++j) {
      for (int n = 0; n < 2 * N; ++n) sums[j][n] = load(values + j * m.padded + n * lanes);
    }
    for (std::int64_t k = 0; k < count; k += 2) {
      const bf16* pairs = weights + k / group.keys * lanes + k % group.keys;
      vu32 weight[R];
      for (int j = 0; j < R; ++j) weight[j] = splat_pair(pairs + j * group.keys);
      const bf16* even = v + k * dim + first;
      const bf16* odd = k + 1 < count ? even + dim : even;
      for (int n = 0; n < N; ++n) {
        const std::uint32_t mask = whole ? ~0u : mask_of(first + n * chunk, dim);
        Walk::ask_line(walk);
        const __m512i a = (__m512i)load_pairs(even + n * chunk, mask);
        Walk::ask_line(walk);
        const __m512i b = (__m512i)load_pairs(odd + n * chunk, mask);
        const vu32 low = (vu32)_mm512_maskz_unpacklo_epi16(~0u, a, b);
        const vu32 high = (vu32)_mm512_maskz_unpackhi_epi16(~0u, a, b);
        for (int j = 0; j < R; ++j) {
          add_products(sums[j][2 * n], weight[j], low);
          add_products(sums[j][2 * n + 1], weight[j], high);
        }
      }
    }
    for (int j = 0; j < R && j < there; ++j) {
      for (int n = 0; n < 2 * N; ++n) store(values + j * m.padded + n * lanes, sums[j][n]);
    }
    whole_walk = walk;
  }

  template <int R, int N>
  ROOFMARK_LEAF void all_columns(const DecodeMemory& m, Beside<R> group, const bf16* v,
                                 std::int64_t dim, std::int64_t i, std::int64_t count, Walk& walk) {
    for (; i + N * chunk <= dim; i += N * chunk) {
      value_block<R, N, true>(m, group, v, dim, i, count, walk);
    }
    if constexpr (N > 1) {
      all_columns<R, N / 2>(m, group, v, dim, i, count, walk);
    } else if (i < dim) {
      value_block<R, 1, false>(m, group, v, dim, i, count, walk);
    }
  }
};

}  // namespace

void attention_decode(const AttentionHead& head, std::int64_t first, std::int64_t last,
                      float* piece, float* scratch) {
  head.asks_by_l2 ? decode<Pairs<true>>(head, first, last, piece, scratch)
                  : decode<Pairs<false>>(head, first, last, piece, scratch);
}

void attention_join(const AttentionHead& head, float* pieces, std::int64_t count) {
  join(head, pieces, count);
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
