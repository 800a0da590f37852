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

/// Words of a panel, all of one group, as f32: [8 words][columns], scaled.
ROOFMARK_LEAF void unpack_floats(const char* w, std::int64_t words, const f16* scales, char* to) {
  for (int v = 0; v < panel_vectors; ++v) {
    const vf32 scale = load(scales + v * lanes), offset = broadcast(-8) * scale;
    for (std::int64_t i = 0; i < words; ++i) {
      const vu32 word = load_u32(w + i * nibble_bytes_per_word + v * ROOFMARK_VECTOR_BYTES);
      float* rows = reinterpret_cast<float*>(to) + i * 8 * panel_columns + v * lanes;
      for (int p = 0; p < 8; ++p) {
        const vi32 nibble = (vi32)((word >> (4 * p)) & 15);
        store(rows + (p / 2 + p % 2 * 4) * panel_columns,
              __builtin_convertvector(nibble, vf32) * scale + offset);
      }
    }
  }
}

/// Blocks are whole groups, as many as fit in block_units.
void unpacked_product(const NibblePanels& nibbles) {
  const PanelProduct& of = nibbles.product;
  const std::int64_t words = nibbles.group / 8, group_bytes = words * nibble_bytes_per_word;
  const std::int64_t most = block_units / nibbles.group;
  const char* w = of.w;
  const f16* scales = of.scales;
  for (std::int64_t column = 0; column < of.columns; column += panel_columns) {
    for (std::int64_t g = 0; g < nibbles.groups; g += most) {
      const std::int64_t count = nibbles.groups - g < most ? nibbles.groups - g : most;
      for (std::int64_t i = 0; i < count; ++i, w += group_bytes, scales += panel_columns) {
        unpack_floats(w, words, scales, nibbles.block + i * nibbles.group * 4 * panel_columns);
      }
      const Block block{of,
                        of.a + 4 * g * nibbles.group,
                        nibbles.block,
                        of.c + column * 2,
                        nullptr,
                        nullptr,
                        count * nibbles.group,
                        of.columns - column,
                        g == 0,
                        g + count == nibbles.groups,
                        w};
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
