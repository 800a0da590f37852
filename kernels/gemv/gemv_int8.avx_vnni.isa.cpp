// Matrix-vector product of 8 bits by the dot products of AVX-VNNI.
#include "kernels/gemv/gemv_int8_offset.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

const RowLeaf gemv_int8{row_product<OffsetQuads>, offset, 1};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
