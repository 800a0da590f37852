// Matrix-vector product of 4-bit weights and f16 activations by the dot products of AVX512-BF16.
#include "kernels/gemv/gemv_w4a16.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

const NibbleLeaf gemv_w4a16_pairs{nibble_product<NibblePairs>, lanes, split, split_bytes};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
