// Matrix product of 4-bit weights and 8-bit activations by the products of 2 x 2 of FEAT_I8MM.
#include "kernels/gemm/matrix_tiles.isa.h"
#include "kernels/gemm/nibble_panels.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

struct GroupedOctets : Octets<Grouped> {
  /// Words of a panel as bytes in octuples: [words][columns][8].
  ROOFMARK_LEAF void unpack(const char* w, std::int64_t words, char* to) {
    for (std::int64_t i = 0; i < words * panel_vectors; ++i, w += ROOFMARK_VECTOR_BYTES) {
      const vu32 word = load_u32(w);
      const uint32x4_t low = (uint32x4_t)(word & 0x0f0f0f0f);
      const uint32x4_t high = (uint32x4_t)((word >> 4) & 0x0f0f0f0f);
      store_u32(to, (vu32)vzip1q_u32(low, high));
      store_u32(to + ROOFMARK_VECTOR_BYTES, (vu32)vzip2q_u32(low, high));
      to += 2 * ROOFMARK_VECTOR_BYTES;
    }
  }
};

}  // namespace

const NibblePanelLeaf gemm_w4a8_quads{grouped_product<GroupedOctets>, panel_columns,
                                      most_group* panel_columns, 1, grouped_row};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
