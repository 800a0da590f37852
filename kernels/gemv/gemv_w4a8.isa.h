// y = W x with 4-bit weights and activations of 8 bits, for the leaves of extensions that have dot
// products of bytes: per 8 weights of a lane 2 of them, 1 shift and 2 masks.
#pragma once

#include "kernels/gemv/nibble_product.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

/// x, prepared, of each group: -8 times its sum, then its bytes.
struct NibbleQuads : Nibbles8 {
  ROOFMARK_LEAF std::int64_t x_bytes(std::int64_t words) { return 4 + 8 * words; }
  ROOFMARK_LEAF vf32 group(const char* w, const char* x, std::int64_t words) {
    vi32 low = (vi32)broadcast_u32(x), high = {};
    x += 4;
    for (std::int64_t v = 0; v < words; ++v, w += ROOFMARK_VECTOR_BYTES, x += 8) {
      const vu32 word = load_u32(w);
      low = dot_nibbles(low, low_nibbles(word), broadcast_u32(x));
      high = dot_nibbles(high, high_nibbles(word), broadcast_u32(x + 4));
    }
    return __builtin_convertvector(low + high, vf32);
  }
};

}  // namespace

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
