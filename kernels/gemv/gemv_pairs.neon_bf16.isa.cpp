// Matrix-vector product of bf16 by the dot products of FEAT_BF16.
#include "kernels/gemv/gemv_pairs.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

const RowLeaf gemv_bf16_pairs{row_product<RowPairs>};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
