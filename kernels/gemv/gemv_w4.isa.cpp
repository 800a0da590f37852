// y = W x with 4-bit weights on instruction sets without dot products of bf16 or of bytes.
#include "kernels/gemv/nibble_product.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

/// x, prepared, of each group: -8 times its sum, then its f32.  Per 8 weights of a lane 8
/// multiply-adds and as many shifts, masks and conversions.
struct Widened : Nibbles16 {
  ROOFMARK_LEAF std::int64_t x_bytes(std::int64_t words) { return 4 + 32 * words; }
  ROOFMARK_LEAF vf32 group(const char* w, const char* x, std::int64_t words) {
    vf32 sums[8] = {broadcast(load_float(x))};
    x += 4;
    for (std::int64_t v = 0; v < words; ++v, w += ROOFMARK_VECTOR_BYTES, x += 32) {
      const vu32 word = load_u32(w);
      for (int p = 0; p < 8; ++p) {
        const vi32 weight = (vi32)((word >> (4 * p)) & 15);
        const int column = p / 2 + p % 2 * 4;
        sums[p] += __builtin_convertvector(weight, vf32) * broadcast(load_float(x + 4 * column));
      }
    }
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) +
           ((sums[4] + sums[5]) + (sums[6] + sums[7]));
  }
  ROOFMARK_LEAF float load_float(const char* at) {
    float value;
    __builtin_memcpy(&value, at, sizeof value);
    return value;
  }
};

void widen(const char* x, char* to, std::int64_t k, std::int64_t columns, std::int64_t group) {
  for (std::int64_t begin = 0; begin < columns; begin += group) {
    char* values = to + 4;
    float sum = 0;
    for (std::int64_t i = begin; i < begin + group; ++i, values += 4) {
      const float value = i < k ? load_one(reinterpret_cast<const f16*>(x) + i) : 0;
      sum += value;
      __builtin_memcpy(values, &value, sizeof value);
    }
    sum *= -8;
    __builtin_memcpy(to, &sum, sizeof sum);
    to = values;
  }
}

std::int64_t widened_bytes(std::int64_t columns, std::int64_t group) {
  return columns * 4 + columns / group * 4;
}

/// x, prepared, of each group: -8 times its sum, then its bytes.
struct NibbleQuads : Nibbles8 {
  ROOFMARK_LEAF std::int64_t x_bytes(std::int64_t words) { return 4 + 8 * words; }
  ROOFMARK_LEAF vf32 group(const char* w, const char* x, std::int64_t words) {
    vi32 low = (vi32)broadcast_u32(x), high = {};
    x += 4;
    for (std::int64_t v = 0; v < words; ++v, w += ROOFMARK_VECTOR_BYTES, x += 8) {
      const vu32 word = load_u32(w);
      low = dot_s8(low, byte_halves(low_nibbles(word)), byte_halves(broadcast_u32(x)));
      high = dot_s8(high, byte_halves(high_nibbles(word)), byte_halves(broadcast_u32(x + 4)));
    }
    return __builtin_convertvector(low + high, vf32);
  }
};

}  // namespace

const NibbleLeaf gemv_w4a16{nibble_product<Widened>, lanes, widen, widened_bytes};
const NibbleLeaf gemv_w4a8{nibble_product<NibbleQuads>, lanes, bytes_and_sums,
                           bytes_and_sums_bytes};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
