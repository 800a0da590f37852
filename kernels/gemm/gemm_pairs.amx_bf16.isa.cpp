// Matrix product of bf16 by the tiles of AMX-BF16.
#include "kernels/gemm/gemm_pairs.isa.h"
#include "kernels/gemm/tile_product.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

struct Tiles : Pairs {
  ROOFMARK_TILE_MATH("tdpbf16ps")
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
