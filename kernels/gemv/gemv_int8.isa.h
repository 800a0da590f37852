// What matrix-vector products of 8 bits share, for their leaves: everything has internal linkage.
#pragma once

#include "core/dot.isa.h"
#include "kernels/gemv/row_product.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

ROOFMARK_LEAF std::int32_t sum(vi32 v) {
  std::int32_t total = 0;
  for (int i = 0; i < lanes; ++i) total += v[i];
  return total;
}

/// clamp(round(total scale)), to nearest, ties to even.
ROOFMARK_LEAF std::int8_t requantized(std::int32_t total, float scale) {
  float scaled = static_cast<float>(total) * scale;
  scaled = scaled < -128 ? -128 : scaled > 127 ? 127 : scaled;
  return static_cast<std::int8_t>(__builtin_rintf(scaled));
}

/// Rows of 4 weights a lane; sums of signed by signed bytes.
struct RowInt8 {
  using Total = std::int32_t;
  static constexpr std::int64_t ahead = far_ahead, near = ahead_by_l2;
  static constexpr int beside = 0;
  static constexpr int elements = ROOFMARK_VECTOR_BYTES;
  static constexpr int w_bytes = ROOFMARK_VECTOR_BYTES, x_bytes = ROOFMARK_VECTOR_BYTES;
  ROOFMARK_LEAF std::int32_t rest(const char* w, const char* x, std::int64_t count) {
    std::int32_t total = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      total += static_cast<signed char>(w[i]) * static_cast<signed char>(x[i]);
    }
    return total;
  }
  ROOFMARK_LEAF void finish(const RowProduct& of, std::int64_t row, std::int32_t total) {
    of.y[row] = static_cast<char>(requantized(total, load_one(of.scales + row) * of.factor));
  }
};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
