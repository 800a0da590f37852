// Matrix product of 8 bits by the tiles of AMX-INT8, signed by signed.
#include "kernels/gemm/gemm_int8.isa.h"
#include "kernels/gemm/tile_product.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

struct Tiles : Int8 {
  ROOFMARK_TILE_MATH("tdpbssd")
};

}  // namespace

const PanelLeaf gemm_int8{.product = tile_product<Tiles>,
                          .columns = square,
                          .unit = 4,
                          .step = step_bytes / 4,
                          .pack = pack_tiles,
                          .packed_bytes = packed_bytes_of_tiles,
                          .sums_bytes = sums_of_tiles};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
