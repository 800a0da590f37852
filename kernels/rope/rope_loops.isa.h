// Rotary position embedding: per element 3 ops, 1 load and 1 store to memory, and half a load each
// of a sine and a cosine from the cache, where those of a token stay for all of its heads.
//
// For *.isa.cpp alone: everything has internal linkage but what ROOFMARK_DEFINE(T) defines, the
// leaves of a type of element.
#pragma once

#include <cstdint>

#include "kernels/rows.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

/// A unit of each half of a head, `second` the place of the other half's; the `nth` of its head.
///
/// Memory is asked for in the order of addresses, which is not that of the pairs: of the copy roof
/// (Intel, AVX-512, one core) asking for what lies ahead of each pair reached 0.79 in f32 and 0.75
/// in bf16, this 0.91 and 0.82.
template <Stores STORES, class T, class Wide>
ROOFMARK_LEAF void turn_unit(const T* x, T* y, std::int64_t second, std::int64_t nth, int u,
                             Wide cosines, Wide sines) {
  const T* const ahead = x + nth * unit<T>;
  T* const to_write = y + nth * unit<T>;
  ask<STORES>(ahead, 2 * u);
  ask_to_write<STORES>(to_write, 2 * u);
  const auto a = load_unit(x), b = load_unit(x + second);
  put_unit<STORES>(y, a * cosines - b * sines);
  stay();
  ask<STORES>(ahead + unit<T>, 2 * u + 1);
  ask_to_write<STORES>(to_write + unit<T>, 2 * u + 1);
  put_unit<STORES>(y + second, a * sines + b * cosines);
}

/// Elements [begin, end) of one half of a head, and those of the other half; cosines and sines in
/// the order of pairs.
template <Stores STORES, class T>
ROOFMARK_LEAF void turn(const T* x, const float* cosines, const float* sines, T* y,
                        std::int64_t begin, std::int64_t end, std::int64_t half) {
  const auto turn_at = ROOFMARK_BODY(at) {
    turn_unit<STORES>(x + begin + at, y + begin + at, half, at / unit<T>, nth.u,
                      load_wide<T>(cosines + at), load_wide<T>(sines + at));
  };
  std::int64_t i = begin + each_unit<T>(end - begin, turn_at);
  if (STORES != Stores::nt) {  // a head of 96 leaves half a unit of 16-bit elements
    for (; i + lanes <= end; i += lanes) {
      const vf32 a = load(x + i), b = load(x + half + i);
      const vf32 c = load(cosines + i - begin), s = load(sines + i - begin);
      store(y + i, a * c - b * s);
      store(y + half + i, a * s + b * c);
    }
  }
  for (; i < end; ++i) {
    const float a = load_one(x + i), b = load_one(x + half + i);
    const float c = cosines[i - begin], s = sines[i - begin];
    store_one(y + i, a * c - b * s);
    store_one(y + half + i, a * s + b * c);
  }
}

/// Whole units of `from` as those of bf16 are loaded, the even elements first; then the rest.
ROOFMARK_LEAF void put_in_order(const float* from, float* to, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + unit<bf16> <= count; i += unit<bf16>) {
    for (int l = 0; l < lanes; ++l) {
      to[i + l] = from[i + 2 * l];
      to[i + lanes + l] = from[i + 2 * l + 1];
    }
  }
  for (; i < count; ++i) to[i] = from[i];
}

/// Angles of one token, in that order.
struct Angles {
  static constexpr std::int64_t most = 256;
  float cosines[most], sines[most];
};

/// Whole heads of 128, whose angles stay in 8 of the 32 registers of 64 bytes.  In L2 heads of bf16
/// are turned at 59-65 GB/s so, at 47-49 with angles from the cache, and from memory 3-5 % faster
/// (Intel, one core).
template <Stores STORES, class T>
ROOFMARK_LEAF void turn_heads_of_128(const T* x, const float* cosines, const float* sines, T* y,
                                     std::int64_t heads) {
  constexpr int units = 64 / unit<T>;
  decltype(load_wide<T>(cosines)) c[units], s[units];
#pragma GCC unroll 4
  for (int u = 0; u < units; ++u) {
    c[u] = load_wide<T>(cosines + u * unit<T>);
    s[u] = load_wide<T>(sines + u * unit<T>);
  }
  for (std::int64_t h = 0; h < heads; ++h, x += 128, y += 128) {
#pragma GCC unroll 4
    for (int u = 0; u < units; ++u) {
      turn_unit<STORES>(x + u * unit<T>, y + u * unit<T>, 64, u, u, c[u], s[u]);
      stay();
    }
  }
}

template <Stores STORES, class T>
ROOFMARK_LEAF void turn_heads(const T* x, const float* cosines, const float* sines, T* y,
                              std::int64_t heads, std::int64_t begin, std::int64_t end,
                              std::int64_t half) {
  if constexpr (ROOFMARK_VECTOR_BYTES == 64) {
    if (half == 64) return turn_heads_of_128<STORES>(x, cosines, sines, y, heads);
  }
  for (std::int64_t h = 0; h < heads; ++h, x += 2 * half, y += 2 * half) {
    turn<STORES>(x, cosines, sines, y, begin, end, half);
  }
}

template <Stores STORES, class T>
ROOFMARK_LEAF void turn_token(const T* x, const float* cosines, const float* sines, T* y,
                              std::int64_t heads, std::int64_t half) {
  turn_heads<STORES>(x, cosines, sines, y, heads, 0, half, half);
}
template <Stores STORES>
ROOFMARK_LEAF void turn_token(const bf16* x, const float* cosines, const float* sines, bf16* y,
                              std::int64_t heads, std::int64_t half) {
  Angles angles;
  for (std::int64_t begin = 0; begin < half; begin += Angles::most) {
    const std::int64_t end = half - begin < Angles::most ? half : begin + Angles::most;
    put_in_order(cosines + begin, angles.cosines, end - begin);
    put_in_order(sines + begin, angles.sines, end - begin);
    turn_heads<STORES>(x, angles.cosines, angles.sines, y, heads, begin, end, half);
  }
}

template <Stores STORES, class T>
ROOFMARK_LEAF void turn_all(const T* x, const float* cosines, const float* sines, T* y,
                            std::int64_t tokens, std::int64_t heads, std::int64_t half) {
  for (std::int64_t t = 0; t < tokens; ++t, cosines += half, sines += half) {
    turn_token<STORES>(x, cosines, sines, y, heads, half);
    x += heads * 2 * half;
    y += heads * 2 * half;
  }
}

#define ROOFMARK_DEFINE(T)                                                                      \
  void rope(const T* x, const float* cosines, const float* sines, T* y, std::int64_t tokens,    \
            std::int64_t heads, std::int64_t half) {                                            \
    if (fits_l2<T>(tokens, 2 * heads * half)) {                                                 \
      return turn_all<Stores::cached>(x, cosines, sines, y, tokens, heads, half);               \
    }                                                                                           \
    turn_all<Stores::ordinary>(x, cosines, sines, y, tokens, heads, half);                      \
  }                                                                                             \
  void rope_nt(const T* x, const float* cosines, const float* sines, T* y, std::int64_t tokens, \
               std::int64_t heads, std::int64_t half) {                                         \
    if (!can_stream(y, half)) return rope(x, cosines, sines, y, tokens, heads, half);           \
    turn_all<Stores::nt>(x, cosines, sines, y, tokens, heads, half);                            \
    finish_streams();                                                                           \
  }

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
