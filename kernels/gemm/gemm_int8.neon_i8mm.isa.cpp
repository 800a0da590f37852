// Matrix product of 8 bits by the products of 2 x 2 of FEAT_I8MM.  One row of A takes as many of
// them as of dot products, which is why gemv has none.
#include "kernels/gemm/matrix_tiles.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

const PanelLeaf gemm_int8{.product = panel_product<Octets<Int8>>,
                          .columns = panel_columns,
                          .unit = 8,
                          .prepare = pad_octets,
                          .pads_alone = true,
                          .unit_bytes = 8};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
