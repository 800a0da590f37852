// Matrix product of 8 bits by the dot products of AVX512-VNNI.
#include "kernels/gemm/gemm_int8_offset.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

const PanelLeaf gemm_int8{panel_product<Quads>, panel_columns, 4, offset_row, false, true};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
