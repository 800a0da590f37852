// Rotary position embedding: per element 3 ops, 1 load and 1 store to memory, and half a load each
// of a sine and a cosine from the cache, where those of a token stay for all of its heads.
//
// For *.isa.cpp alone: everything has internal linkage but what ROOFMARK_DEFINE(T) defines, the
// leaves of a type of element.
#pragma once

#include <cstdint>

#include "kernels/rows.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

/// Elements [begin, end) of one half of a head, and those of the other half; cosines and sines in
/// the order of pairs.
template <Stores STORES, class T>
ROOFMARK_LEAF void turn(const T* x, const float* cosines, const float* sines, T* y,
                        std::int64_t begin, std::int64_t end, std::int64_t half) {
  std::int64_t i = begin;
  for (; i + pair_lanes <= end; i += pair_lanes) {
    const TwoVectors a = load_pair(x + i), b = load_pair(x + half + i);
    const TwoVectors c = load_pair(cosines + i - begin), s = load_pair(sines + i - begin);
    put_pair<STORES>(y + i, a * c - b * s);
    put_pair<STORES>(y + half + i, a * s + b * c);
  }
  if (STORES != Stores::nt) {  // a head of 96 leaves half a pair
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

/// Whole pairs of `from` as those of bf16 are loaded, the even ones first; then the rest.
ROOFMARK_LEAF void put_in_order(const float* from, float* to, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + pair_lanes <= count; i += pair_lanes) {
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

template <Stores STORES, class T>
ROOFMARK_LEAF void turn_heads(const T* x, const float* cosines, const float* sines, T* y,
                              std::int64_t heads, std::int64_t begin, std::int64_t end,
                              std::int64_t half) {
  for (std::int64_t h = 0; h < heads; ++h, x += 2 * half, y += 2 * half) {
    ask<STORES>(x + begin + ahead_of<T>, end - begin);
    ask<STORES>(x + half + begin + ahead_of<T>, end - begin);
    ask_to_write<STORES>(y + begin + ahead_of<T>, end - begin);
    ask_to_write<STORES>(y + half + begin + ahead_of<T>, end - begin);
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
