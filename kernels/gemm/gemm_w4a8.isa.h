// Matrix product of 4-bit weights and activations of 8 bits, for the leaves of extensions that have
// dot products of bytes.
#pragma once

#include "kernels/gemm/nibble_panels.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

struct GroupedQuads : Grouped {
  using Weight = vu32;
  using Spread = vu32;
  ROOFMARK_LEAF vu32 weight(const char* w) { return load_u32(w); }
  ROOFMARK_LEAF vu32 spread(const char* a) { return broadcast_u32(a); }
  ROOFMARK_LEAF vi32 multiply(vi32 sum, vu32 a, vu32 w) { return dot_nibbles(sum, w, a); }
};

}  // namespace

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
