// Matrix-vector products of 4-bit weights by the dot products of FEAT_DotProd.
#include "kernels/gemv/gemv_w4a16.isa.h"
#include "kernels/gemv/gemv_w4a8.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

const NibbleLeaf gemv_w4a16{nibble_product<NibbleDigits>, lanes, digits, digits_bytes};
const NibbleLeaf gemv_w4a8{nibble_product<NibbleQuads>, lanes, bytes_and_sums,
                           bytes_and_sums_bytes};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
