// Matrix-vector product of 4-bit weights and 8-bit activations by the dot products of AVX512-VNNI.
#include "kernels/gemv/gemv_w4a8.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

const NibbleLeaf gemv_w4a8_quads{nibble_product<NibbleQuads>, lanes, bytes_and_sums,
                                 bytes_and_sums_bytes};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
