// y = W x of bf16 in pairs, for the leaves of extensions that have dot products of bf16.
#pragma once

#include "core/dot.isa.h"
#include "kernels/gemv/row_product.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

struct RowPairs : RowOfPairs<bf16> {
  ROOFMARK_LEAF vf32 multiply(vf32 sum, const char* w, const char* x) {
    return dot_bf16(sum, load_u32(x), load_u32(w));
  }
};

}  // namespace

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
