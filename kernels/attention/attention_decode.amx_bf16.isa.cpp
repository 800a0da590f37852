// A decode step of attention over a bf16 cache by the tiles of AMX: sixteen rows meet a key at
// once, so that several rows take no longer than the memory that brings it.
#include <cstdint>

#include "core/tiles.isa.h"
#include "core/transpose.isa.h"
#include "kernels/attention/attention_decode.isa.h"
#include "kernels/attention/attention_pairs.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

constexpr std::int64_t chunk = 32;  // elements multiplied at once, 64 bytes
constexpr std::int64_t tile_bytes_of_amx = 16 * line;

/// Sixteen rows of queries: lanes of their scores.
struct Group {
  std::int64_t first, count;
};

/// sums += A B of two tiles of B.
ROOFMARK_LEAF void multiply(const char* a, std::int64_t a_step, const char* b,
                            const char* other_b) {
  asm volatile(
      "tileloadd (%[a],%[s]), %%tmm4\n"
      "tileloadd (%[b],%[l]), %%tmm6\n"
      "tileloadd (%[o],%[l]), %%tmm7\n"
      "tdpbf16ps %%tmm6, %%tmm4, %%tmm0\n"
      "tdpbf16ps %%tmm7, %%tmm4, %%tmm1"
      :
      : [a] "r"(a), [s] "r"(a_step), [b] "r"(b), [o] "r"(other_b), [l] "r"(line)
      : "memory");
}
/// The same of two tiles of A, whose lines are as many as are asked for between them.
ROOFMARK_LEAF void multiply_keys(const char* a, std::int64_t a_step, const char* b, Walk& walk) {
  const auto ask = [&]() __attribute__((always_inline)) {
    for (int i = 0; i < 8; ++i) Walk::ask_line(walk);
  };
  asm volatile("tileloadd (%0,%1), %%tmm6" : : "r"(b), "r"(line) : "memory");
  ask();
  asm volatile("tileloadd (%0,%1), %%tmm4" : : "r"(a), "r"(a_step) : "memory");
  ask();
  asm volatile("tdpbf16ps %%tmm6, %%tmm4, %%tmm0" ::);
  asm volatile("tileloadd (%0,%1), %%tmm5" : : "r"(a + 16 * a_step), "r"(a_step) : "memory");
  ask();
  asm volatile("tdpbf16ps %%tmm6, %%tmm5, %%tmm1" ::);
  ask();
}

/// q: [rows / 16, padded / 2, 16] pairs.  Scores: [rows / 16, keys, 16]; weights: [rows / 16, keys
/// / chunk, 16, chunk].  Sums of values: [rows, padded], columns of each chunk in the order in
/// which the unpacking of two rows leaves them, until finish().
struct Tiles {
  static constexpr std::int64_t tile_bytes = 8 << 10;
  static constexpr std::int64_t weigh_from = 1, weigh_share = 3;

  static std::int64_t row_bytes(const AttentionHead& head, const DecodeMemory&) {
    return 2 * head.head_dim;
  }

  static void read_queries(const AttentionHead& head, const DecodeMemory& m) {
    each_group(m, [&](Group g) {
      char* to = reinterpret_cast<char*>(queries_of(m, g));
      for (std::int64_t i = 0; i < m.padded; i += chunk) {
        __m512i pairs[lanes];
        for (int j = 0; j < lanes; ++j) {
          const bf16* q = at<bf16>(head.q, j < g.count ? row_index(head, g.first + j) + i : 0);
          pairs[j] = (__m512i)load_pairs(q, j < g.count ? left_of(i, head.head_dim) : 0);
        }
        transpose(pairs);
        for (int j = 0; j < lanes; ++j) store_u32(to + (i / 2 + j) * line, (vu32)pairs[j]);
      }
      store(tops_of(m, g), splat(lowest));
      store(tops_of(m, g) + lanes, vf32{});
      float* sums = sums_of(m, g);
      for (std::int64_t i = 0; i < 16 * m.padded; i += lanes) store(sums + i, vf32{});
    });
  }

  static Ahead keys_from(const AttentionHead& head, std::int64_t key, std::int64_t count) {
    return {at<char>(at<bf16>(head.k, key * head.head_dim), 0), count * 2 * head.head_dim};
  }

  static void scores(const AttentionHead& head, const DecodeMemory& m, std::int64_t key,
                     std::int64_t count) {
    const std::int64_t dim = head.head_dim;
    const bf16* keys = at<bf16>(head.k, key * dim);
    std::int64_t step = 2 * dim;
    if (dim != m.padded || count % chunk != 0) {
      keys = padded_keys(m, keys, dim, count);
      step = 2 * m.padded;
    }
    const Ahead ahead{at<char>(at<bf16>(head.v, key * dim), 0), count * 2 * dim};
    const std::int64_t turns = count * lines_of(2 * m.padded);
    each_group(m, [&](Group g) {
      Walk walk = walk_of(ahead, g.first, g.count, m.rows, turns, true);
      float* to = scores_of(m, g);
      for (std::int64_t k = 0; k < count; k += chunk) {
        const char *a = at<char>(keys, 0) + k * step, *b = at<char>(queries_of(m, g), 0);
        asm volatile("tilezero %%tmm0\n tilezero %%tmm1" ::);
        for (std::int64_t i = 0; i < m.padded; i += chunk, a += line, b += tile_bytes_of_amx) {
          multiply_keys(a, step, b, walk);
        }
        store_two(to + k * lanes, to + (k + 16) * lanes, line);
      }
    });
  }

  static void weigh(const AttentionHead& head, const DecodeMemory& m, std::int64_t key,
                    std::int64_t count, const Ahead& ahead) {
    const std::int64_t turns = (count + chunk - 1) / chunk * lanes;
    each_group(m, [&](Group g) {
      weigh_group(head, m, g, key, count, walk_of(ahead, g.first, g.count, m.rows, turns, true));
    });
  }

  static void values(const AttentionHead& head, const DecodeMemory& m, std::int64_t key,
                     std::int64_t count, const Ahead& next) {
    const std::int64_t dim = head.head_dim, steps = (count + chunk - 1) / chunk;
    const bf16* v = at<bf16>(head.v, key * dim);
    char* both = reinterpret_cast<char*>(m.tile);
    Walk walk = walk_of(next, 0, 1, 1, m.padded / chunk * steps * chunk, true);
    for (std::int64_t i = 0; i < m.padded; i += chunk) {
      pair_values(v, dim, i, count, both, walk);
      each_group(m, [&](Group g) {
        float* sums = sums_of(m, g) + i;
        load_two(sums, sums + lanes, 4 * m.padded);
        const char *a = at<char>(weights_of(m, g), 0), *b = both;
        for (std::int64_t s = 0; s < steps;
             ++s, a += tile_bytes_of_amx, b += 2 * tile_bytes_of_amx) {
          multiply(a, line, b, b + tile_bytes_of_amx);
        }
        store_two(sums, sums + lanes, 4 * m.padded);
      });
    }
  }

  static void finish(const AttentionHead&, const DecodeMemory& m) {
    // Column i of a chunk is lane i / 8 * 4 + i % 4 of the first vector, or of the second.
    const vi32 first = {0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23};
    each_group(m, [&](Group g) {
      for (std::int64_t r = 0; r < g.count; ++r) {
        const float* from = sums_of(m, g) + r * m.padded;
        float* to = m.values + (g.first + r) * m.padded;
        for (std::int64_t i = 0; i < m.padded; i += chunk) {
          const __m512 a = (__m512)load(from + i), b = (__m512)load(from + i + lanes);
          store(to + i, (vf32)_mm512_permutex2var_ps(a, (__m512i)first, b));
          store(to + i + lanes, (vf32)_mm512_permutex2var_ps(a, (__m512i)(first + 8), b));
        }
        m.top[g.first + r] = tops_of(m, g)[r];
        m.sum[g.first + r] = tops_of(m, g)[lanes + r];
      }
    });
  }

  static void run(const AttentionHead& head, std::int64_t first, std::int64_t last, float* piece,
                  float* scratch) {
    const TileShapes shapes;
    asm volatile("ldtilecfg %0" : : "m"(shapes));
    decode<Tiles>(head, first, last, piece, scratch);
    asm volatile("tilerelease");
  }

 private:
  template <class F>
  ROOFMARK_LEAF void each_group(const DecodeMemory& m, F f) {
    for (std::int64_t r = 0; r < m.rows; r += 16) f(Group{r, m.rows - r < 16 ? m.rows - r : 16});
  }
  ROOFMARK_LEAF bf16* queries_of(const DecodeMemory& m, Group g) {
    return reinterpret_cast<bf16*>(m.q + g.first * m.padded);
  }
  ROOFMARK_LEAF float* scores_of(const DecodeMemory& m, Group g) {
    return m.scores + g.first * decode_keys;
  }
  ROOFMARK_LEAF bf16* weights_of(const DecodeMemory& m, Group g) {
    return reinterpret_cast<bf16*>(m.weights + g.first * decode_keys);
  }
  /// The largest score of each row so far, then sums of weights, in the half of the weights' memory
  /// that theirs of two bytes leave.
  ROOFMARK_LEAF float* tops_of(const DecodeMemory& m, Group g) {
    return m.weights + g.first * decode_keys + 8 * decode_keys;
  }
  ROOFMARK_LEAF float* sums_of(const DecodeMemory& m, Group g) {
    return m.sums + g.first * m.padded;
  }
  ROOFMARK_LEAF std::uint32_t left_of(std::int64_t i, std::int64_t count) {
    return i < count ? mask_of(i, count) : 0;
  }

  ROOFMARK_LEAF void load_two(const float* a, const float* b, std::int64_t step) {
    asm volatile("tileloadd (%[a],%[s]), %%tmm0\n tileloadd (%[b],%[s]), %%tmm1"
                 :
                 : [a] "r"(a), [b] "r"(b), [s] "r"(step)
                 : "memory");
  }
  ROOFMARK_LEAF void store_two(float* a, float* b, std::int64_t step) {
    asm volatile("tilestored %%tmm0, (%[a],%[s])\n tilestored %%tmm1, (%[b],%[s])"
                 :
                 : [a] "r"(a), [b] "r"(b), [s] "r"(step)
                 : "memory");
  }

  /// A tile's keys with zeros behind them and behind the last, in the second half of its memory.
  static const bf16* padded_keys(const DecodeMemory& m, const bf16* keys, std::int64_t dim,
                                 std::int64_t count) {
    bf16* to = reinterpret_cast<bf16*>(m.tile + decode_keys * m.padded / 2);
    for (std::int64_t k = 0; k < (count + chunk - 1) / chunk * chunk; ++k) {
      for (std::int64_t i = 0; i < m.padded; i += chunk) {
        const std::uint32_t there = k < count ? left_of(i, dim) : 0;
        store_u32(reinterpret_cast<char*>(to + k * m.padded + i),
                  load_pairs(keys + (there == 0 ? 0 : k * dim + i), there));
      }
    }
    return to;
  }

  /// A chunk of the columns of `count` values: [steps, 2, 16 pairs of keys, 16 columns], a turn a
  /// pair.
  ROOFMARK_LEAF void pair_values(const bf16* v, std::int64_t dim, std::int64_t i,
                                 std::int64_t count, char* to, Walk& all) {
    Walk walk = all;
    const std::uint32_t there = left_of(i, dim);
    const __m512i none = {};
    const std::int64_t padded = (count + chunk - 1) / chunk * chunk;
    const bf16* at = v + i;
    for (std::int64_t k = 0; k < padded; k += 2, at += 2 * dim, to += line) {
      Walk::ask_line(walk);
      const __m512i even = k < count ? (__m512i)load_pairs(at, there) : none;
      Walk::ask_line(walk);
      const __m512i odd = k + 1 < count ? (__m512i)load_pairs(at + dim, there) : none;
      store_u32(to, (vu32)_mm512_maskz_unpacklo_epi16(~0u, even, odd));
      store_u32(to + tile_bytes_of_amx, (vu32)_mm512_maskz_unpackhi_epi16(~0u, even, odd));
      if (k % chunk == chunk - 2) to += tile_bytes_of_amx;
    }
    all = walk;
  }

  /// What a row does not see of keys key .. key + count - 1 becomes -infinity.
  static void mask(const AttentionHead& head, float* s, Group g, std::int64_t key,
                   std::int64_t count) {
    vi32 seen;
    for (int lane = 0; lane < lanes; ++lane) {
      const std::int64_t all = head.cached + (g.first + lane) / head.group + 1 - key;
      seen[lane] = static_cast<std::int32_t>(all < count ? all : count);
    }
    for (int k = 0; k < count; ++k, s += lanes) {
      store(s, k < seen ? load(s) : splat(-__builtin_inff()));
    }
  }

  static void raise_tops(const AttentionHead& head, const DecodeMemory& m, Group g,
                         std::int64_t count) {
    const float* s = scores_of(m, g);
    vf32 most[2] = {load(s), load(s)};
    std::int64_t k = 1;
    for (; k + 2 <= count; k += 2) {
      for (int i = 0; i < 2; ++i) most[i] = larger(load(s + (k + i) * lanes), most[i]);
    }
    if (k < count) most[0] = larger(load(s + k * lanes), most[0]);
    float* tops = tops_of(m, g);
    const vf32 old = load(tops);
    const vf32 top = larger(larger(most[0], most[1]) * splat(head.scale), old);
    if (_mm512_cmp_ps_mask((__m512)top, (__m512)old, _CMP_GT_OQ) == 0) return;
    float kept[lanes];
    const vf32 factors = exponential(old - top);
    store(kept, factors);
    store(tops, top);
    store(tops + lanes, load(tops + lanes) * factors);
    for (std::int64_t r = 0; r < g.count; ++r) {
      if (kept[r] != 1) rescale(sums_of(m, g) + r * m.padded, m.padded, kept[r]);
    }
  }

  static void weigh_group(const AttentionHead& head, const DecodeMemory& m, Group g,
                          std::int64_t key, std::int64_t count, Walk walk) {
    const float* s = scores_of(m, g);
    if (key + count > head.cached + 1) mask(head, scores_of(m, g), g, key, count);
    raise_tops(head, m, g, count);
    float* tops = tops_of(m, g);
    const vf32 scale = splat(head.scale), top = load(tops);
    vf32 totals[2] = {load(tops + lanes), vf32{}};
    for (std::int64_t k = 0; k < count; k += chunk) {
      __m512i pairs[lanes];
      for (int j = 0; j < lanes; ++j) {
        Walk::ask(walk);
        vf32 e[2] = {};
        for (int i = 0; i < 2; ++i) {
          if (k + 2 * j + i >= count) continue;
          e[i] = short_exponential(load(s + (k + 2 * j + i) * lanes) * scale - top);
          totals[i] += e[i];
        }
        pairs[j] = (__m512i)weight_pairs(e[0], e[1]);
      }
      transpose(pairs);
      char* to = reinterpret_cast<char*>(weights_of(m, g)) + k / chunk * tile_bytes_of_amx;
      for (int j = 0; j < lanes; ++j) store_u32(to + j * line, (vu32)pairs[j]);
    }
    store(tops + lanes, totals[0] + totals[1]);
  }
};

}  // namespace

void attention_decode(const AttentionHead& head, std::int64_t first, std::int64_t last,
                      float* piece, float* scratch) {
  Tiles::run(head, first, last, piece, scratch);
}

void attention_join(const AttentionHead& head, float* pieces, std::int64_t count) {
  join(head, pieces, count);
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
