// Matrix product of 4-bit weights and 8-bit activations by the dot products of FEAT_DotProd.
#include "kernels/gemm/nibble_panels.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

const NibblePanelLeaf gemm_w4a8_quads{grouped_product<Quads<Grouped, dot_nibbles>>, panel_columns,
                                      most_group* panel_columns, 1, grouped_row};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
