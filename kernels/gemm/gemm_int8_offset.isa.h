// Matrix product of 8 bits in quadruples, for the leaves of extensions that multiply unsigned by
// signed bytes: per four of k and six rows, 24 (12 in 16 registers) dot products on 4 (2) vectors
// of weights.
#pragma once

#include "core/dot.isa.h"
#include "kernels/gemm/gemm_int8.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

struct Quads : Int8 {
  using Weight = vu32;
  using Spread = vu32;
  ROOFMARK_LEAF vu32 weight(const char* w) { return load_u32(w); }
  ROOFMARK_LEAF vu32 spread(const char* a) { return broadcast_u32(a); }
  ROOFMARK_LEAF vi32 multiply(vi32 sum, vu32 a, vu32 w) { return dot_u8s8(sum, w, a); }
};

}  // namespace

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
