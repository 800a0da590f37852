// What matrix products of 8 bits share, for their leaves: everything has internal linkage.
#pragma once

#include "kernels/gemm/panel_product.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

typedef std::int8_t vi8 __attribute__((vector_size(lanes)));  // one a lane
typedef std::int8_t vi8_unaligned __attribute__((vector_size(lanes), aligned(1), may_alias));

/// c = clamp(round(v)) of each lane, to nearest, ties to even.
ROOFMARK_LEAF void store_int8(std::int8_t* c, vf32 v) {
  const vf32 low = broadcast(-128), high = broadcast(127);
  v = v < low ? low : v;
  v = v > high ? high : v;
  // Adding 1.5 * 2^23 rounds to a whole number, which is then in the low bits.
  const vi32 whole = (vi32)(v + broadcast(0x1.8p23f)) - (vi32)broadcast(0x1.8p23f);
  *reinterpret_cast<vi8_unaligned*>(c) = __builtin_convertvector(whole, vi8);
}

/// Sums in int32; results in int8, at a scale of their column.
struct Int8 {
  using Sum = vi32;
  using Kept = vi32;
  using Out = std::int8_t;
  static constexpr int unit_bytes = 4, weight_bytes = ROOFMARK_VECTOR_BYTES;
  static constexpr bool resumes = true;
  static constexpr int at_once = 2;

  ROOFMARK_LEAF vi32 start(const Block& block, std::int64_t row) {
    return vi32{} + (block.row_starts == nullptr ? 0 : block.row_starts[row]);
  }
  ROOFMARK_LEAF vi32 keep(vi32, vi32 sum, const f16*) { return sum; }
  ROOFMARK_LEAF void finish(std::int8_t* c, vi32 sum, const f16* scales, float factor) {
    store_int8(c, __builtin_convertvector(sum, vf32) * (load(scales) * broadcast(factor)));
  }
};

/// Four weights of 8 bits a lane, multiplied by four of A: `dot` adds them up.  Sums: Int8, or
/// those of groups.
template <class Sums, vi32 (*dot)(vi32 sum, vu32 weights, vu32 a)>
struct Quads : Sums {
  using Weight = vu32;
  using Spread = vu32;
  ROOFMARK_LEAF vu32 weight(const char* w) { return load_u32(w); }
  ROOFMARK_LEAF vu32 spread(const char* a) { return broadcast_u32(a); }
  ROOFMARK_LEAF vi32 multiply(vi32 sum, vu32 a, vu32 w) { return dot(sum, w, a); }
};

/// A row of A, padded with zeros to whole units; the sum of its elements.
template <int unit>
ROOFMARK_LEAF std::int32_t padded_sum(const char* row, char* to, std::int64_t k) {
  std::int32_t row_sum = 0;
  for (std::int64_t i = 0; i < k; ++i) {
    to[i] = row[i];
    row_sum += static_cast<signed char>(row[i]);
  }
  for (std::int64_t i = k; i % unit != 0; ++i) to[i] = 0;
  return row_sum;
}

/// For weights that are stored as they are, and for those that are stored as w + 128.
[[maybe_unused]] static std::int32_t pad_row(const char* row, char* to, std::int64_t k) {
  padded_sum<4>(row, to, k);
  return 0;
}
[[maybe_unused]] static std::int32_t offset_row(const char* row, char* to, std::int64_t k) {
  return -128 * padded_sum<4>(row, to, k);
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
