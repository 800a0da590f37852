// y = W x with 4-bit weights and activations of 8 bits, for the leaves of extensions that have dot
// products of bytes: per 8 weights of a lane 2 of them, 1 shift and 2 masks.
#pragma once

#include "kernels/gemv/nibble_product.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

/// Nibbles are below 16: bytes that are signed and unsigned alike.
ROOFMARK_LEAF vi32 dot_nibbles(vi32 sum, vu32 nibbles, vu32 x) {
#if defined(__aarch64__)
  return dot_s8(sum, nibbles, x);
#else
  return dot_u8s8(sum, nibbles, x);
#endif
}

/// x, prepared, of each group: -8 times its sum, then its bytes.
struct Quads : Nibbles8 {
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

const NibbleLeaf gemv_w4a8_quads{nibble_product<Quads>, lanes, bytes_and_sums,
                                 bytes_and_sums_bytes};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
