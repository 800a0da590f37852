// y = W x with 4-bit weights and activations of f16, for the leaves of extensions that have dot
// products of bf16.  A nibble n becomes the bf16 128 + n, two in a lane at once, by a shift and a
// mask: 0x4300 is 128, and its last 7 bits count in ones.  Each activation is the sum of two bf16,
// exactly: f16 has 11 bits, and the first takes 8 of them.  Per 8 weights of a lane 8 dot products
// and 7 shifts and masks, a third less than converting them to f32 takes.
#pragma once

#include "kernels/gemv/nibble_product.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

/// Column of the lower half of the words that begin with position p = 0 ... 3 of a word of weights;
/// the upper half holds the one two columns on.
constexpr int column_of(int p) { return p / 2 + p % 2 * 4; }

/// x, prepared, of each group: -136 times its sum, then of every 8 columns 4 pairs, each first as
/// what bf16 holds of them and then as what is left.
struct NibblePairs : Nibbles16 {
  ROOFMARK_LEAF std::int64_t x_bytes(std::int64_t words) { return 4 + 32 * words; }
  ROOFMARK_LEAF vf32 group(const char* w, const char* x, std::int64_t words) {
    vf32 sums[8] = {(vf32)broadcast_u32(x)};
    x += 4;
    for (std::int64_t v = 0; v < words; ++v, w += ROOFMARK_VECTOR_BYTES, x += 32) {
      const vu32 word = load_u32(w);
      for (int p = 0; p < 4; ++p) {
        const vu32 weights = ((word >> (4 * p)) & 0x000f000f) | 0x43004300;
        sums[p] = dot_bf16(sums[p], weights, broadcast_u32(x + 8 * p));
        sums[p + 4] = dot_bf16(sums[p + 4], weights, broadcast_u32(x + 8 * p + 4));
      }
    }
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) +
           ((sums[4] + sums[5]) + (sums[6] + sums[7]));
  }
};

constexpr std::int64_t word_columns = 8, part_columns = lanes > word_columns ? lanes : word_columns;

/// Columns next to one another: of each what bf16 holds, and what is left.
struct Parts {
  bf16 high[part_columns], low[part_columns];
};

/// Splits the first `count` of x, the rest being 0; returns their sum.  In vectors, as every launch
/// does it: element by element it took a tenth to a third of the product (4096 and 11008 columns).
ROOFMARK_LEAF float split_part(const f16* x, std::int64_t count, Parts& parts) {
  f16 padded[part_columns] = {};
  if (count < part_columns) {
    for (std::int64_t i = 0; i < count; ++i) padded[i] = x[i];
    x = padded;
  }
  vf32 sums = {};
  for (std::int64_t i = 0; i < part_columns; i += lanes) {
    const vf32 value = load(x + i);
    store(parts.high + i, value);
    store(parts.low + i, value - load(parts.high + i));
    sums += value;
  }
  return sum(sums);
}

ROOFMARK_LEAF void split(const char* x, char* to, std::int64_t k, std::int64_t columns,
                         std::int64_t group) {
  const auto* from = reinterpret_cast<const f16*>(x);
  for (std::int64_t begin = 0; begin < columns; begin += group) {
    const std::int64_t end = begin + group;
    char* values = to + 4;
    float total = 0;
    for (std::int64_t first = begin; first < end; first += part_columns) {
      const std::int64_t last = first + part_columns < end ? first + part_columns : end;
      const std::int64_t there = (last < k ? last : k) - first;
      Parts parts;
      total += split_part(from + first, there, parts);
      for (std::int64_t word = 0; word < last - first; word += word_columns) {
        for (int p = 0; p < 4; ++p, values += 8) {
          const std::int64_t i = word + column_of(p);
          const bf16 four[4] = {parts.high[i], parts.high[i + 2], parts.low[i], parts.low[i + 2]};
          __builtin_memcpy(values, four, sizeof four);
        }
      }
    }
    total *= -136;
    __builtin_memcpy(to, &total, sizeof total);
    to = values;
  }
}

ROOFMARK_LEAF std::int64_t split_bytes(std::int64_t columns, std::int64_t group) {
  return columns * 4 + columns / group * 4;
}

}  // namespace

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
