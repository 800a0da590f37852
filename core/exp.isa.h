// e^x of a vector, for *.isa.cpp alone: everything has internal linkage.
#pragma once

#include <cstdint>

#include "core/vector.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

/// Below this e^x is flushed to 0: e^-87.3 is the last step above the least normal f32, 2^-126.
constexpr float exp_flush_below = -87.3f;

/// e^x for x <= 88; 0 below exp_flush_below, so for -infinity too; NaN for NaN.
/// e^x = 2^n e^r with n = round(x / ln 2), |r| <= ln(2) / 2.  e^r is a minimax polynomial of degree
/// 6 whose first two terms are exact (relative error 3.1e-9, 0.05 ulp, before rounding). Measured
/// over every f32 in [-87.3, 0]: 0.88 ulp with fused multiply-adds, 1.18 without.
ROOFMARK_LEAF vf32 exponential(vf32 x) {
  // Adding 1.5 * 2^23 rounds to a whole number, which is then in the low bits; 127 more is the bias
  // of the exponent, so that a shift makes 2^n of it.
  const vf32 shifted = x * broadcast(0x1.715476p+0f) + broadcast(0x1.8p23f + 127);
  const vf32 n = shifted - broadcast(0x1.8p23f + 127);
  // ln 2 in two parts: the first has 10 bits, so that n times it is exact without a fused
  // multiply-add.
  const vf32 r = (x - n * broadcast(0x1.63p-1f)) + n * broadcast(0x1.bd0106p-13f);
  vf32 p = broadcast(0x1.6a23cep-10f);
  p = p * r + broadcast(0x1.123a20p-7f);
  p = p * r + broadcast(0x1.5558f2p-5f);
  p = p * r + broadcast(0x1.555492p-3f);
  p = p * r + broadcast(0x1.fffffcp-2f);
  p = p * r + broadcast(1.0f);
  p = p * r + broadcast(1.0f);
  const vf32 scale = reinterpret_cast<vf32>(reinterpret_cast<vi32>(shifted) << 23);
  return x < broadcast(exp_flush_below) ? vf32{} : p * scale;
}

/// The same where the result is rounded to 16 bits afterwards, for which two terms less will do: of
/// 2^r, r = x / ln 2 - n, a minimax polynomial of degree 4 whose first term is exact.  Relative
/// error 2.9e-6 + |x| 2^-23, of which bf16's rounding is 690 times and f16's 170 times the first.
ROOFMARK_LEAF vf32 short_exponential(vf32 x) {
  const vf32 log2_e = broadcast(0x1.715476p+0f), whole = broadcast(0x1.8p23f);
  const vf32 shifted = x * log2_e + whole;
  const vf32 r = x * log2_e - (shifted - whole);
  vf32 p = broadcast(0x1.3a02ccp-7f);
  p = p * r + broadcast(0x1.c9fc46p-5f);
  p = p * r + broadcast(0x1.ec0378p-3f);
  p = p * r + broadcast(0x1.62e12cp-1f);
  p = p * r + broadcast(1.0f);
  // n is added to the exponent, modulo 2^32: the shift leaves nothing of `whole`.
  const vu32 power = reinterpret_cast<vu32>(p) + (reinterpret_cast<vu32>(shifted) << 23);
  return x < broadcast(exp_flush_below) ? vf32{} : reinterpret_cast<vf32>(power);
}

/// The one that results of a type T want.
template <class T>
ROOFMARK_LEAF vf32 exponential_for(vf32 x) {
  return sizeof(T) == 4 ? exponential(x) : short_exponential(x);
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
