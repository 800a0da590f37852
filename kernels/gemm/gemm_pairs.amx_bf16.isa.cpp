// Matrix product of bf16 by the tiles of AMX-BF16.
#include "kernels/gemm/gemm_pairs.isa.h"
#include "kernels/gemm/tile_product.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

struct Tiles : Pairs {
  ROOFMARK_TILE_MATH("tdpbf16ps")
};

std::int32_t pad_row(const char* row, char* to, std::int64_t k) {
  pad_to_lines(row, to, 2 * k);
  return 0;
}

}  // namespace

const PanelLeaf gemm_bf16_pairs{.product = tile_product<Tiles>,
                                .columns = square,
                                .unit = 2,
                                .prepare = pad_row,
                                .pads_alone = true,
                                .step = step_bytes / 4,
                                .spreads = true,
                                .sums_bytes = sums_of_tiles};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
