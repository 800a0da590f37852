// Matrix product of bf16 by the dot products of AVX512-BF16.
#include "kernels/gemm/gemm_pairs.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

const PanelLeaf gemm_bf16_pairs{panel_product<Pairs>, panel_columns, 2, pad, true};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
