// y = W x with 4-bit weights and activations of 8 bits, for the leaves of extensions that have dot
// products of bytes: per 8 weights of a lane 2 of them, 1 shift and 2 masks.
#pragma once

#include "kernels/gemv/nibble_product.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

struct NibbleQuads : NibbleBytes {
  ROOFMARK_LEAF void add(Sums& sums, vu32 word, const char* x) {
    sums.low = dot_nibbles(sums.low, low_nibbles(word), broadcast_u32(x));
    sums.high = dot_nibbles(sums.high, high_nibbles(word), broadcast_u32(x + 4));
  }
};

}  // namespace

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
