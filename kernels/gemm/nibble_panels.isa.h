// The loops of a matrix product with 4-bit weights and activations of 8 bits, for gemm's leaves:
// everything has internal linkage.
#pragma once

#include "core/dot.isa.h"
#include "kernels/gemm/gemm_int8.isa.h"
#include "kernels/gemm/gemm_w4.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

constexpr std::int64_t nibble_bytes_per_word = 4 * panel_columns;  // a word is 8 of k

/// Words of a panel as bytes in quadruples: [8 words / 4][columns][4], nibbles as they are stored.
ROOFMARK_LEAF void unpack_bytes(const char* w, std::int64_t words, char* to) {
  for (std::int64_t i = 0; i < words; ++i) {
    for (int v = 0; v < panel_vectors; ++v, w += ROOFMARK_VECTOR_BYTES) {
      const vu32 word = load_u32(w);
      char* low = to + v * ROOFMARK_VECTOR_BYTES;
      store_u32(low, word & 0x0f0f0f0f);
      store_u32(low + nibble_bytes_per_word, (word >> 4) & 0x0f0f0f0f);
    }
    to += 2 * nibble_bytes_per_word;
  }
}

/// Sums of a group in int32, times its scale added up in f32.
struct Grouped : Int8 {
  ROOFMARK_LEAF void unpack(const char* w, std::int64_t words, char* to) {
    unpack_bytes(w, words, to);
  }
  using Kept = vf32;
  static constexpr bool resumes = false;
  ROOFMARK_LEAF vf32 keep(vf32 kept, vi32 sum, const f16* scales) {
    return kept + __builtin_convertvector(sum, vf32) * load(scales);
  }
  ROOFMARK_LEAF void finish(std::int8_t* c, vf32 kept, const f16*, float factor) {
    store_int8(c, kept * broadcast(factor));
  }
};

/// A block is a group: its bytes stay in the L1 or L2 cache while all rows of A pass.
template <class Math>
static void grouped_product(const NibblePanels& nibbles) {
  const PanelProduct& of = nibbles.product;
  const std::int64_t words = nibbles.group / 8, group_bytes = words * nibble_bytes_per_word;
  const char* w = of.w;
  const f16* scales = of.scales;
  for (std::int64_t column = 0; column < of.columns; column += panel_columns) {
    for (std::int64_t g = 0; g < nibbles.groups; ++g) {
      Math::unpack(w, words, nibbles.block);
      w += group_bytes;
      const Block block{of,
                        of.a + g * nibbles.group,
                        nibbles.block,
                        of.c + column,
                        of.sums,
                        scales,
                        nibbles.group_starts + g * of.m,
                        nibbles.group / Math::unit_bytes,
                        of.columns - column,
                        g == 0,
                        g + 1 == nibbles.groups,
                        w};
      multiply_block<Math>(block, group_bytes);
      scales += panel_columns;
    }
  }
}

constexpr std::int64_t most_group = 1024;  // of k, whose bytes fill `block`

/// Sums of a group of A start at -8 times the group's sum: nibbles are stored as w + 8.
[[maybe_unused]] static void grouped_row(const char* row, char* to, std::int64_t k,
                                         std::int64_t padded, std::int64_t group,
                                         std::int32_t* starts, std::int64_t m) {
  for (std::int64_t begin = 0; begin < padded; begin += group, starts += m) {
    std::int32_t sum = 0;
    for (std::int64_t i = begin; i < begin + group; ++i) {
      to[i] = i < k ? row[i] : 0;
      sum += static_cast<signed char>(to[i]);
    }
    *starts = -8 * sum;
  }
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
