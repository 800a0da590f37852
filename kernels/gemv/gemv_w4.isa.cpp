// y = W x with 4-bit weights on instruction sets without dot products of bytes.
#include "kernels/gemv/nibble_product.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

/// x, prepared, of each group: -8 times its sum, then its f32.  Per 8 weights of a lane 8
/// multiply-adds and as many shifts, masks and conversions.
struct Widened : Nibbles16 {
  struct Sums {
    vf32 of[8];
  };
  static constexpr int head_bytes = 4, word_bytes = 32;
  ROOFMARK_LEAF Sums start(const char* x) { return {{broadcast(load_float(x))}}; }
  ROOFMARK_LEAF void add(Sums& sums, vu32 word, const char* x) {
    for (int p = 0; p < 8; ++p) {
      const vi32 weight = (vi32)((word >> (4 * p)) & 15);
      const int column = p / 2 + p % 2 * 4;
      sums.of[p] += __builtin_convertvector(weight, vf32) * broadcast(load_float(x + 4 * column));
    }
  }
  ROOFMARK_LEAF vf32 total(const Sums& sums) {
    return ((sums.of[0] + sums.of[1]) + (sums.of[2] + sums.of[3])) +
           ((sums.of[4] + sums.of[5]) + (sums.of[6] + sums.of[7]));
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

struct NibbleQuads : NibbleBytes {
  ROOFMARK_LEAF void add(Sums& sums, vu32 word, const char* x) {
    sums.low = dot_s8(sums.low, byte_halves(low_nibbles(word)), byte_halves(broadcast_u32(x)));
    sums.high =
        dot_s8(sums.high, byte_halves(high_nibbles(word)), byte_halves(broadcast_u32(x + 4)));
  }
};

}  // namespace

const NibbleLeaf gemv_w4a16{nibble_product<Widened>, lanes, widen, widened_bytes};
const NibbleLeaf gemv_w4a8{nibble_product<NibbleQuads>, lanes, bytes_and_sums,
                           bytes_and_sums_bytes};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
