// Matrix product of bf16 in pairs, for the leaves of extensions that have dot products of bf16: per
// two of k and six rows, 24 of them on 4 vectors of weights.
#pragma once

#include "core/dot.isa.h"
#include "kernels/gemm/panel_product.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

struct Pairs {
  using Sum = vf32;
  using Weight = vu32;
  using Spread = vu32;
  using Out = bf16;
  static constexpr int unit_bytes = 4, weight_bytes = ROOFMARK_VECTOR_BYTES;
  using Kept = vf32;
  static constexpr bool resumes = true;
  static constexpr int at_once = 2;
  ROOFMARK_LEAF vf32 start(const Block&, std::int64_t) { return vf32{}; }
  ROOFMARK_LEAF vf32 keep(vf32, vf32 sum, const f16*) { return sum; }
  ROOFMARK_LEAF vu32 weight(const char* w) { return load_u32(w); }
  ROOFMARK_LEAF vu32 spread(const char* a) { return broadcast_u32(a); }
  ROOFMARK_LEAF vf32 multiply(vf32 sum, vu32 a, vu32 w) { return dot_bf16(sum, a, w); }
  ROOFMARK_LEAF void finish(bf16* c, vf32 sum, const f16*, float) { store(c, sum); }
};

ROOFMARK_LEAF std::int32_t pad(const char* row, char* to, std::int64_t k) {
  const std::int64_t bytes = 2 * k;
  __builtin_memcpy(to, row, static_cast<std::size_t>(bytes));
  for (std::int64_t i = bytes; i % 4 != 0; ++i) to[i] = 0;
  return 0;
}

}  // namespace

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
