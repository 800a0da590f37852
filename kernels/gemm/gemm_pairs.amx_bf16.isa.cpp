// Matrix product of bf16 by the tiles of AMX-BF16.
#include "kernels/gemm/tile_product.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

struct Tiles {
  using Out = bf16;
  ROOFMARK_TILE_MATH("tdpbf16ps")

  ROOFMARK_LEAF void finish(bf16* c, const char* sums, const float*) {
    for (int v = 0; v < square / lanes; ++v) {
      store(c + v * lanes, load(reinterpret_cast<const float*>(sums) + v * lanes));
    }
  }
};

}  // namespace

const PanelLeaf gemm_bf16_pairs{.product = tile_product<Tiles>,
                                .columns = square,
                                .unit = 2,
                                .step = step_bytes / 4,
                                .pack = pack_tiles,
                                .packed_bytes = packed_bytes_of_tiles,
                                .sums_bytes = sums_of_tiles};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
