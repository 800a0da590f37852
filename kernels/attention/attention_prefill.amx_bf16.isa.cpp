// Causal attention of many rows over a bf16 cache by the tiles of AMX.  Both products are made
// transposed, scores [keys, rows] = K Q^T and outputs [head_dim, rows] = V^T W^T: keys are
// multiplied as they lie in memory, lanes of scores are rows, and pairs of weights become an
// operand where they are made.  What is turned over is the queries, once, and the values, once for
// a block of 256 rows.
#include <cstdint>

#include "core/tiles.isa.h"
#include "core/transpose.isa.h"
#include "kernels/attention/attention_pairs.isa.h"
#include "kernels/attention/attention_prefill.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

constexpr int block_vectors = 4;
constexpr int panel = block_vectors * lanes;
constexpr std::int64_t square = 32;  // rows and columns of what is summed up in four tiles
constexpr std::int64_t chunk = 32;   // elements multiplied at once, 64 bytes
constexpr std::int64_t tile_bytes = 1024;

ROOFMARK_LEAF std::int64_t padded_to(std::int64_t count, std::int64_t grain) {
  return (count + grain - 1) / grain * grain;
}

/// One product of two tiles of each operand, 16 rows of A or columns of B apart.
ROOFMARK_LEAF void multiply(const char* a, std::int64_t a_step, const char* lower_a, const char* b,
                            std::int64_t b_step) {
  asm volatile(
      "tileloadd (%[a],%[ra]), %%tmm4\n"
      "tileloadd (%[b],%[rb]), %%tmm6\n"
      "tileloadd 64(%[b],%[rb]), %%tmm7\n"
      "tileloadd (%[l],%[ra]), %%tmm5\n"
      "tdpbf16ps %%tmm6, %%tmm4, %%tmm0\n"
      "tdpbf16ps %%tmm7, %%tmm4, %%tmm1\n"
      "tdpbf16ps %%tmm6, %%tmm5, %%tmm2\n"
      "tdpbf16ps %%tmm7, %%tmm5, %%tmm3"
      :
      : [a] "r"(a), [l] "r"(lower_a), [ra] "r"(a_step), [b] "r"(b), [rb] "r"(b_step)
      : "memory");
}

constexpr std::int64_t sums_step = panel * 4;  // bytes from a row of sums to the next

ROOFMARK_LEAF void no_sums() {
  asm volatile("tilezero %%tmm0\n tilezero %%tmm1\n tilezero %%tmm2\n tilezero %%tmm3" ::);
}
ROOFMARK_LEAF void load_sums(const float* at) {
  asm volatile(
      "tileloadd (%[a],%[s]), %%tmm0\n tileloadd 64(%[a],%[s]), %%tmm1\n"
      "tileloadd (%[l],%[s]), %%tmm2\n tileloadd 64(%[l],%[s]), %%tmm3"
      :
      : [a] "r"(at), [l] "r"(at + 16 * panel), [s] "r"(sums_step)
      : "memory");
}
ROOFMARK_LEAF void store_sums(float* at) {
  asm volatile(
      "tilestored %%tmm0, (%[a],%[s])\n tilestored %%tmm1, 64(%[a],%[s])\n"
      "tilestored %%tmm2, (%[l],%[s])\n tilestored %%tmm3, 64(%[l],%[s])"
      :
      : [a] "r"(at), [l] "r"(at + 16 * panel), [s] "r"(sums_step)
      : "memory");
}

/// q: [rows / panel, padded / 2, panel] pairs.  o: [rows / panel, padded, panel].  Values of a
/// tile: [padded / 16, steps, 16, chunk], steps of 32 keys.
struct Tiles {
  using Element = bf16;
  using Weight = bf16;
  static constexpr int vectors = block_vectors;
  static constexpr std::int64_t rows = 256, keys = 256;
  static constexpr std::int64_t steps = keys / chunk;

  static void read_queries(const AttentionHead& head, const PrefillMemory& m, std::int64_t first,
                           std::int64_t last) {
    const std::int64_t there = padded_to(last - first, panel);
    ask_for_rows<false>(head, first, first + lanes, last);
    for (std::int64_t r = 0; r < there; r += lanes) {
      ask_for_rows<false>(head, first + r + lanes, first + r + 2 * lanes, last);
      char* to = reinterpret_cast<char*>(m.q + r / panel * panel * m.padded / 2 + r % panel);
      for (std::int64_t i = 0; i < m.padded; i += chunk) {
        __m512i pairs[lanes];
        for (int j = 0; j < lanes; ++j) {
          const bool is_there = first + r + j < last;
          const bf16* q = at<bf16>(head.q, is_there ? row_index(head, first + r + j) + i : 0);
          pairs[j] = (__m512i)load_pairs(q, is_there ? left_of(i, head.head_dim) : 0);
        }
        transpose(pairs);
        for (int j = 0; j < lanes; ++j) {
          store_u32(to + (i / 2 + j) * sums_step, (vu32)pairs[j]);
        }
      }
    }
  }

  static Tile tile(const AttentionHead& head, const PrefillMemory& m, std::int64_t key,
                   std::int64_t count) {
    const std::int64_t dim = head.head_dim;
    const bf16 *k = at<bf16>(head.k, key * dim), *v = at<bf16>(head.v, key * dim);
    turn_values(m, v, dim, count, next_tile<bf16>(head, key + count, keys));
    if (dim == m.padded && count % square == 0) return {k, m.values, dim, steps, dim};
    bf16* keys = reinterpret_cast<bf16*>(m.keys);
    for (std::int64_t i = 0; i < padded_to(count, square); ++i) {
      for (std::int64_t c = 0; c < m.padded; c += chunk) {
        const std::uint32_t there = i < count ? left_of(c, dim) : 0;
        store_u32(reinterpret_cast<char*>(keys + i * m.padded + c),
                  load_pairs(k + (there == 0 ? 0 : i * dim + c), there));
      }
    }
    return {keys, m.values, m.padded, steps, m.padded};
  }

  static void scores(const PrefillMemory& m, const Tile& tile, std::int64_t p, std::int64_t count,
                     std::int64_t seen, NextTile&) {
    const char* q = reinterpret_cast<const char*>(m.q + p * m.padded / 2);
    const std::int64_t key_bytes = 2 * tile.key_step;
    for (std::int64_t k = 0; k < seen; k += square) {
      for (std::int64_t r = 0; r < count; r += square) {
        const char *a = at<char>(tile.keys, k * key_bytes), *b = q + 4 * r;
        no_sums();
        for (std::int64_t i = 0; i < m.padded; i += chunk, a += 64, b += 16 * sums_step) {
          multiply(a, key_bytes, a + 16 * key_bytes, b, sums_step);
        }
        store_sums(m.s + k * panel + r);
      }
    }
  }

  ROOFMARK_LEAF void keep_weights(float* s, std::int64_t k, vf32 even, vf32 odd) {
    store(s + k / 2 * panel, (vf32)weight_pairs(even, odd));
  }

  static void rescale(const PrefillMemory& m, std::int64_t p, std::int64_t) {
    float* o = m.o + p * m.padded;
    vf32 kept[vectors];
    for (int n = 0; n < vectors; ++n) kept[n] = load(m.kept + p + n * lanes);
    for (std::int64_t i = 0; i < m.padded; ++i, o += panel) {
      for (int n = 0; n < vectors; ++n) store(o + n * lanes, load(o + n * lanes) * kept[n]);
    }
  }

  static void values(const PrefillMemory& m, const Tile& tile, std::int64_t p, std::int64_t count,
                     std::int64_t seen) {
    const std::int64_t used = padded_to(seen, chunk);
    for (std::int64_t k = (seen + 1) / 2; k < used / 2; ++k) {
      for (int n = 0; n < vectors; ++n) store(m.s + k * panel + n * lanes, vf32{});
    }
    for (std::int64_t i = 0; i < m.padded; i += square) {
      for (std::int64_t r = 0; r < count; r += square) {
        float* o = m.o + p * m.padded + i * panel + r;
        const char* a = at<char>(tile.values, i / 16 * steps * tile_bytes);
        const char* b = reinterpret_cast<const char*>(m.s + r);
        load_sums(o);
        for (std::int64_t k = 0; k < used; k += chunk, a += tile_bytes, b += 16 * sums_step) {
          multiply(a, 64, a + steps * tile_bytes, b, sums_step);
        }
        store_sums(o);
      }
    }
  }

  static void write(const AttentionHead& head, const PrefillMemory& m, std::int64_t first,
                    std::int64_t count) {
    for (std::int64_t r = 0; r < count; r += lanes) {
      ask_for_rows<true>(head, first + r, first + r + lanes, first + count);
      const vf32 factor = splat(1) / load(m.sum + r);
      const float* o = m.o + r / panel * panel * m.padded + r % panel;
      for (std::int64_t i = 0; i < m.padded; i += lanes) {
        __m512i columns[lanes];
        for (int j = 0; j < lanes; ++j) {
          columns[j] = (__m512i)(load(o + (i + j) * panel) * factor);
        }
        transpose(columns);
        for (int j = 0; j < lanes; ++j) store(m.s + j * m.padded + i, (vf32)columns[j]);
      }
      for (std::int64_t j = 0; j < lanes && r + j < count; ++j) {
        write_output(head, first + r + j, m.s + j * m.padded, 1);
      }
    }
  }

  static void run(const AttentionHead& head, std::int64_t first, std::int64_t last,
                  float* scratch) {
    const TileShapes shapes;
    asm volatile("ldtilecfg %0" : : "m"(shapes));
    prefill<Tiles>(head, first, last, scratch);
    asm volatile("tilerelease");
  }

 private:
  /// mask_of, of elements of which none may be there.
  ROOFMARK_LEAF std::uint32_t left_of(std::int64_t i, std::int64_t count) {
    return i < count ? mask_of(i, count) : 0;
  }

  /// Pairs of keys side by side, then columns as rows.
  static void turn_values(const PrefillMemory& m, const bf16* v, std::int64_t dim,
                          std::int64_t count, NextTile next) {
    char* to = reinterpret_cast<char*>(m.values);
    const std::int64_t blocks = padded_to(count, chunk) / chunk * (m.padded / chunk);
    for (std::int64_t k = 0; k < count; k += chunk, to += tile_bytes) {
      for (std::int64_t i = 0; i < m.padded; i += chunk) {
        NextTile::ask(next, blocks);
        turn<false>(v, dim, k, count, i, to + i / 16 * steps * tile_bytes);
        turn<true>(v, dim, k, count, i, to + i / 16 * steps * tile_bytes);
      }
    }
  }
  /// Of 32 columns those whose third bit is `upper`, which unpacking two rows leaves together.
  template <bool upper>
  ROOFMARK_LEAF void turn(const bf16* v, std::int64_t dim, std::int64_t key, std::int64_t count,
                          std::int64_t i, char* to) {
    __m512i pairs[lanes];
    for (int j = 0; j < lanes; ++j) {
      const std::int64_t k = key + 2 * j;
      const std::uint32_t there = left_of(i, dim);
      const __m512i even =
          (__m512i)load_pairs(v + (k < count ? k * dim + i : 0), k < count ? there : 0);
      const __m512i odd = (__m512i)load_pairs(v + (k + 1 < count ? (k + 1) * dim + i : 0),
                                              k + 1 < count ? there : 0);
      pairs[j] = upper ? _mm512_maskz_unpackhi_epi16(~0u, even, odd)
                       : _mm512_maskz_unpacklo_epi16(~0u, even, odd);
    }
    transpose(pairs);
    for (int j = 0; j < lanes; ++j) {
      const std::int64_t column = j / 4 * 8 + j % 4 + (upper ? 4 : 0);
      store_u32(to + column / 16 * steps * tile_bytes + column % 16 * 64, (vu32)pairs[j]);
    }
  }
};

}  // namespace

const AttentionPrefillLeaf attention_prefill{Tiles::run, Tiles::rows, Tiles::keys};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
