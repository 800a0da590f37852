// Matrix product of 8 bits by the dot products of AVX-VNNI: per four of k and six rows, 24 (12 in
// 16 registers) of them on 4 (2) vectors of weights.
#include "core/dot.isa.h"
#include "kernels/gemm/gemm_int8.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

const PanelLeaf gemm_int8{
    panel_product<Quads<Int8, dot_u8s8>>, panel_columns, 4, offset_row, false, true};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
