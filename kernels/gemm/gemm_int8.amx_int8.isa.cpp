// Matrix product of 8 bits by the tiles of AMX-INT8, signed by signed.
#include "kernels/gemm/gemm_int8.isa.h"
#include "kernels/gemm/tile_product.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

struct Tiles : Int8 {
  ROOFMARK_TILE_MATH("tdpbssd")
};

std::int32_t pad(const char* row, char* to, std::int64_t k) {
  pad_to_lines(row, to, k);
  return 0;
}

}  // namespace

const PanelLeaf gemm_int8{.product = tile_product<Tiles>,
                          .columns = square,
                          .unit = 4,
                          .prepare = pad,
                          .pads_alone = true,
                          .step = step_bytes / 4,
                          .spreads = true,
                          .sums_bytes = sums_of_tiles};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
