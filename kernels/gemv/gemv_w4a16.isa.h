// y = W x with 4-bit weights and activations of f16, for the leaves of extensions that have dot
// products of bytes.  Activations of a group become whole numbers of 24 bits with one exponent, and
// those three signed digits of 8 bits: per 8 weights of a lane 6 dot products, 1 shift and 2 masks.
// (Two bf16 for each activation took 8 dot products and 7 shifts and masks: on a Xeon with AMX 9
// GB/s on one core and 18 on two, where this comes to 17 and 32.)
#pragma once

#include "kernels/gemv/nibble_product.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

constexpr int digits_each = 3;
constexpr int quad_bytes = 4 * digits_each;  // of 4 columns

/// x, prepared, of each group: for each digit -8 times its sum; what the last digit counts in; then
/// of every 4 columns their first digits, which count in 65536 of those, their second ones, which
/// count in 256, and their last ones.
struct NibbleDigits : Nibbles16 {
  struct Sums {
    vi32 low[digits_each], high[digits_each];
    vf32 unit;
  };
  static constexpr int head_bytes = 16, word_bytes = 2 * quad_bytes;

  ROOFMARK_LEAF Sums start(const char* x) {
    Sums sums = {};
    for (int d = 0; d < digits_each; ++d) sums.low[d] = (vi32)broadcast_u32(x + 4 * d);
    sums.unit = (vf32)broadcast_u32(x + 4 * digits_each);
    return sums;
  }
  ROOFMARK_LEAF void add(Sums& sums, vu32 word, const char* x) {
    const vu32 low = low_nibbles(word), high = high_nibbles(word);
    for (int d = 0; d < digits_each; ++d) {
      sums.low[d] = dot_nibbles(sums.low[d], low, broadcast_u32(x + 4 * d));
      sums.high[d] = dot_nibbles(sums.high[d], high, broadcast_u32(x + quad_bytes + 4 * d));
    }
  }
  /// Exact but for f32's own rounding: 1024 products of a nibble and a digit are below 2^21.
  ROOFMARK_LEAF vf32 total(const Sums& s) {
    const vi32 upper = (s.low[0] + s.high[0]) * 256 + (s.low[1] + s.high[1]);
    const vi32 last = s.low[2] + s.high[2];
    return s.unit * (__builtin_convertvector(upper, vf32) * broadcast(256) +
                     __builtin_convertvector(last, vf32));
  }
};

/// `lanes` of x, of which `count` are there; zeros behind.
ROOFMARK_LEAF vf32 load_padded(const f16* x, std::int64_t count) {
  if (count >= lanes) return load(x);
  f16 padded[lanes] = {};
  for (std::int64_t i = 0; i < count; ++i) padded[i] = x[i];
  return load(padded);
}

/// The power of two that the last digits of a group of x count in: with it the largest of the group
/// takes 23 bits and a sign.  Elements of 2^-11 of that and more are then exact, others off by at
/// most 1.01 * 2^-23 of it, as in f32 arithmetic.  NaN where an element of the group is not finite.
ROOFMARK_LEAF float unit_of(const f16* x, std::int64_t count) {
  vf32 most = broadcast(0x1p-24f), nothing = {};  // f16's smallest: of zeros the unit is a number
  for (std::int64_t i = 0; i < count; i += lanes) {
    const vf32 value = load_padded(x + i, count - i);
    most = larger(most, (vf32)((vu32)value & 0x7fffffff));
    nothing += value - value;
  }
  // Digits reach from -128 to 127, so numbers end before 2^23: at 2^23 - 2^15.
  const float bound = largest(most) * (1 + 0x1p-7f);
  std::uint32_t bits;
  __builtin_memcpy(&bits, &bound, sizeof bits);
  bits &= 0x7f800000;
  float power;
  __builtin_memcpy(&power, &bits, sizeof power);
  return power * 0x1p-22f + sum(nothing);
}

/// Of every 4 lanes their first digits, second digits and last digits, each 4 bytes, and 4 bytes of
/// no meaning.
ROOFMARK_LEAF vu32 digits_of(vf32 x, vf32 units) {
  const vf32 scaled = x * units;
  const vf32 half = (vf32)(((vu32)scaled & 0x80000000) | (vu32)broadcast(0.5f));
  const vi32 whole = __builtin_convertvector(scaled + half, vi32);
  // Adding 128 to each digit makes all of them unsigned; what that carries stays.
  return byte_columns(((vu32)whole + 0x808080) ^ 0x808080);
}

/// What stands before a group's digits; `sums`: in every 4 lanes 8 times those of some columns.
ROOFMARK_LEAF void write_head(char* to, vi32 sums, float unit) {
  std::int32_t head[lanes];
  __builtin_memcpy(head, &sums, sizeof head);
  for (int l = 4; l < lanes; ++l) head[l % 4] += head[l];
  for (int d = 0; d < digits_each; ++d) head[d] = -head[d];
  __builtin_memcpy(head + digits_each, &unit, sizeof unit);
  __builtin_memcpy(to, head, NibbleDigits::head_bytes);
}

/// Prepares a group of x, of which `count` columns are there; returns where the next one begins.
ROOFMARK_LEAF char* group_digits(const f16* x, char* to, std::int64_t count, std::int64_t group) {
  const float unit = unit_of(x, count);
  const vf32 units = broadcast(1 / unit);
  vi32 sums = {};
  char* quads = to + NibbleDigits::head_bytes;
  for (std::int64_t i = 0; i < group; i += lanes) {
    const vu32 all = digits_of(load_padded(x + i, count - i), units);
    sums = dot_nibbles(sums, vu32{} + 0x08080808, all);
    char parts[lanes / 4][16];
    __builtin_memcpy(parts, &all, sizeof parts);
    // Each writes 4 bytes that the next one, the next group's head or nobody needs.
    for (int q = 0; q < lanes / 4 && i + 4 * q < group; ++q, quads += quad_bytes) {
      __builtin_memcpy(quads, parts[q], sizeof parts[q]);
    }
  }
  write_head(to, sums, unit);
  return quads;
}

ROOFMARK_LEAF void digits(const char* x, char* to, std::int64_t k, std::int64_t columns,
                          std::int64_t group) {
  for (std::int64_t begin = 0; begin < columns; begin += group) {
    const std::int64_t count = k - begin < group ? k - begin : group;
    to = group_digits(reinterpret_cast<const f16*>(x) + begin, to, count, group);
  }
}

ROOFMARK_LEAF std::int64_t digits_bytes(std::int64_t columns, std::int64_t group) {
  return columns / 4 * quad_bytes + columns / group * NibbleDigits::head_bytes + 4;
}

}  // namespace

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
