// Matrix products with 4-bit weights on every instruction set: with activations of 16 bits in f32,
// with those of 8 in pairs of 16 bits.
#include "kernels/gemm/nibble_panels.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

struct Unpacked {
  using Sum = vf32;
  using Kept = vf32;
  using Weight = vf32;
  using Spread = vf32;
  using Out = f16;
  static constexpr int unit_bytes = 4, weight_bytes = ROOFMARK_VECTOR_BYTES;
  static constexpr bool resumes = true;
  static constexpr int at_once = vector_registers == 32 ? 4 : 1;  // sums stay in registers
  ROOFMARK_LEAF vf32 start(const Block&, std::int64_t) { return vf32{}; }
  ROOFMARK_LEAF vf32 weight(const char* w) { return load(reinterpret_cast<const float*>(w)); }
  ROOFMARK_LEAF vf32 spread(const char* a) { return broadcast(*reinterpret_cast<const float*>(a)); }
  ROOFMARK_LEAF vf32 multiply(vf32 sum, vf32 a, vf32 w) { return sum + a * w; }
  ROOFMARK_LEAF vf32 keep(vf32, vf32 sum, const f16*) { return sum; }
  ROOFMARK_LEAF void finish(f16* c, vf32 sum, const f16*, float) { store(c, sum); }
};

/// What the weights of a group, of the columns of a vector, are made f32 by without converting: a
/// nibble in bits 12 to 15 or 16 to 19 below an exponent of its own is 2048 or 128 more than it
/// says.  Exact, also where a product is rounded before the sum: it has 23 bits at most.
struct NibbleFloats {
  vf32 scale, offset12, offset16;
};
ROOFMARK_LEAF NibbleFloats nibble_floats(const f16* scales) {
  const vf32 scale = load(scales);
  return {scale, broadcast(-2048 - 8) * scale, broadcast(-128 - 8) * scale};
}
/// Weight `column` of 8 of each word.
ROOFMARK_LEAF vf32 weight_of(vu32 word, int column, const NibbleFloats& by) {
  const int bit = column % 4 * 8 + column / 4 * 4;
  const int shift = bit < 8 ? -12 : bit == 8 ? -4 : bit < 20 ? 0 : bit < 28 ? 8 : 12;
  const vu32 moved = shift < 0 ? word << -shift : word >> shift;
  const bool is_upper = bit - shift == 16;
  const vu32 number = is_upper ? (moved & 0xf0000) | 0x43000000 : (moved & 0xf000) | 0x45000000;
  return (vf32)number * by.scale + (is_upper ? by.offset16 : by.offset12);
}

/// Words of a panel, all of one group, as f32: [8 words][columns], scaled.
ROOFMARK_LEAF void unpack_floats(const char* w, std::int64_t words, const f16* scales, char* to) {
  for (int v = 0; v < panel_vectors; ++v) {
    const NibbleFloats by = nibble_floats(scales + v * lanes);
    for (std::int64_t i = 0; i < words; ++i) {
      const vu32 word = load_u32(w + i * nibble_bytes_per_word + v * ROOFMARK_VECTOR_BYTES);
      float* rows = reinterpret_cast<float*>(to) + i * 8 * panel_columns + v * lanes;
#pragma GCC unroll 8
      for (int c = 0; c < 8; ++c) store(rows + c * panel_columns, weight_of(word, c, by));
    }
  }
}

// Up to `few` rows of A weights are unpacked in registers, anew for every tile, and never stored: a
// weight in f32 is 8 times what is read of memory, and takes longer to store and load than a few
// rows to multiply.  One core of a Xeon with AMX, 4096 x 4096 by 2 | 4 | 8 rows, ms: AVX-512 2.3 |
// 2.3 | 3.1 -> 0.86 | 1.24 | 2.4, AVX2 2.9 | 3.0 | 4.7 -> 1.5 | 2.2 | 4.2.
constexpr std::int64_t nibbles_ahead = 6144;  // how far ahead they are asked for then

/// Words of a panel, all of one group, times so many rows of A.
template <int rows>
ROOFMARK_LEAF void add_group(vf32 (&sums)[rows][panel_vectors], const char* w, std::int64_t words,
                             const f16* scales, const char* a, std::int64_t stride) {
  NibbleFloats by[panel_vectors];
  for (int v = 0; v < panel_vectors; ++v) by[v] = nibble_floats(scales + v * lanes);
  for (std::int64_t i = 0; i < words; ++i, w += nibble_bytes_per_word, a += 32) {
    for (int l = 0; l < nibble_bytes_per_word; l += 64)
      __builtin_prefetch(w + nibbles_ahead + l, 0, 2);
    for (int v = 0; v < panel_vectors; ++v) {
      const vu32 word = load_u32(w + v * ROOFMARK_VECTOR_BYTES);
#pragma GCC unroll 8
      for (int c = 0; c < 8; ++c) {
        const vf32 weight = weight_of(word, c, by[v]);
        for (int r = 0; r < rows; ++r) {
          sums[r][v] += Unpacked::spread(a + r * stride + 4 * c) * weight;
        }
      }
    }
  }
}

template <int rows>
__attribute__((noinline)) void few_rows(const Block& block, std::int64_t row, std::int64_t group) {
  const std::int64_t words = group / 8, stride = block.of.a_stride;
  const char *a = block.a + row * stride, *w = block.w;
  const f16* scales = block.scales;
  vf32 sums[rows][panel_vectors];
  begin<Unpacked, rows>(sums, block, row);
  for (std::int64_t k = 0; k < block.units; k += group, a += 4 * group, scales += panel_columns) {
    add_group<rows>(sums, w, words, scales, a, stride);
    w += words * nibble_bytes_per_word;
  }
  for (int r = 0; r < rows; ++r) end<Unpacked>(sums[r], block, row + r);
}

/// Blocks are whole groups, as many as fit in block_units.
void unpacked_product(const NibblePanels& nibbles) {
  const PanelProduct& of = nibbles.product;
  const std::int64_t words = nibbles.group / 8, group_bytes = words * nibble_bytes_per_word;
  const std::int64_t most = block_units / nibbles.group;
  const bool stores = of.m > few;
  const char* w = of.w;
  const f16* scales = of.scales;
  for (std::int64_t column = 0; column < of.columns; column += panel_columns) {
    for (std::int64_t g = 0; g < nibbles.groups; g += most) {
      const std::int64_t count = nibbles.groups - g < most ? nibbles.groups - g : most;
      const char* packed = w;
      const f16* packed_scales = scales;
      w += count * group_bytes;
      scales += count * panel_columns;
      const Block block{of,
                        of.a + 4 * g * nibbles.group,
                        stores ? nibbles.block : packed,
                        of.c + column * 2,
                        of.sums,
                        packed_scales,
                        nullptr,
                        count * nibbles.group,
                        of.columns - column,
                        g == 0,
                        g + count == nibbles.groups,
                        w};
      if (!stores) {
        in_even_tiles(of.m, [&](auto rows, std::int64_t row) {
          few_rows<decltype(rows)::count>(block, row, nibbles.group);
        });
        continue;
      }
      for (std::int64_t i = 0; i < count; ++i) {
        unpack_floats(packed + i * group_bytes, words, packed_scales + i * panel_columns,
                      nibbles.block + i * nibbles.group * 4 * panel_columns);
      }
      multiply_block<Unpacked>(block, count * group_bytes);
    }
  }
}

void widened_row(const char* row, char* to, std::int64_t k, std::int64_t padded, std::int64_t,
                 std::int32_t*, std::int64_t) {
  const f16* from = reinterpret_cast<const f16*>(row);
  float* wide = reinterpret_cast<float*>(to);
  std::int64_t i = 0;
  for (; i + lanes <= k; i += lanes) store(wide + i, load(from + i));
  for (; i < k; ++i) wide[i] = load_one(from + i);
  for (; i < padded; ++i) wide[i] = 0;
}

struct GroupedQuads : Grouped {
  using Weight = ByteHalves;
  using Spread = ByteHalves;
  ROOFMARK_LEAF ByteHalves weight(const char* w) { return byte_halves(load_u32(w)); }
  ROOFMARK_LEAF ByteHalves spread(const char* a) { return byte_halves(broadcast_u32(a)); }
  ROOFMARK_LEAF vi32 multiply(vi32 sum, ByteHalves a, ByteHalves w) { return dot_s8(sum, a, w); }
};

}  // namespace

const NibblePanelLeaf gemm_w4a16{unpacked_product, panel_columns, block_units * 4 * panel_columns,
                                 4, widened_row};
const NibblePanelLeaf gemm_w4a8{grouped_product<GroupedQuads>, panel_columns,
                                most_group* panel_columns, 1, grouped_row};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
