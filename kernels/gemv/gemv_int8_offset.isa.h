// y = W x of 8 bits, for the leaves of extensions that multiply unsigned by signed bytes: x + 128
// is unsigned, and 128 sum_i w[r,i], which the same instruction adds up, is taken off again. Memory
// leaves time for both.
#pragma once

#include "kernels/gemv/gemv_int8.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

struct OffsetQuads : RowInt8 {
  struct Sum {
    vi32 products, weights;
  };
  static constexpr int unrolled = 4, beside = beside_bytes;
  ROOFMARK_LEAF Sum multiply(Sum sums, const char* w, const char* x) {
    const vu32 ones = vu32{} + 0x01010101, weights = load_u32(w);
    return {dot_u8s8(sums.products, load_u32(x), weights), dot_u8s8(sums.weights, ones, weights)};
  }
  ROOFMARK_LEAF Sum add(Sum a, Sum b) { return {a.products + b.products, a.weights + b.weights}; }
  ROOFMARK_LEAF std::int32_t total(Sum sums) { return sum(sums.products - 128 * sums.weights); }
  ROOFMARK_LEAF std::int32_t rest(const char* w, const char* x, std::int64_t count) {
    std::int32_t total = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      total += static_cast<signed char>(w[i]) * (static_cast<unsigned char>(x[i]) - 128);
    }
    return total;
  }
};

ROOFMARK_LEAF void offset(const char* x, char* to, std::int64_t k) {
  for (std::int64_t i = 0; i < k; ++i) to[i] = static_cast<char>(x[i] ^ 0x80);
}

}  // namespace

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
