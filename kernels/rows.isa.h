// What leaves that go over rows element by element share, for *.isa.cpp alone: everything has
// internal linkage.
#pragma once

#include <cstdint>

#include "core/vector.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

/// How results are stored: into the caches; past them to memory, for results that no cache holds;
/// or into an L2 that has room for them and their operands.  There nothing is asked for ahead, for
/// each request takes the place of a load: of the copy roof of L2 (Zen 5, AVX-512, one core, f32)
/// rope reached 0.77 with requests and 0.92 without, RMSNorm 0.60 and 0.63.
enum class Stores { ordinary, nt, cached };

/// Elements of a cache line.
template <class T>
constexpr std::int64_t line_of = 64 / static_cast<std::int64_t>(sizeof(T));

/// How far ahead memory is asked for, in elements: 4 KiB.  Narrow vectors keep too few misses under
/// way on their own, and rows are too short for a prefetcher that starts anew at each.
template <class T>
constexpr std::int64_t ahead_of = 4096 / static_cast<std::int64_t>(sizeof(T));

template <Stores STORES, class T>
ROOFMARK_LEAF void ask(const T* at, std::int64_t count) {
  if (STORES == Stores::cached) return;
  for (std::int64_t l = 0; l < count; l += line_of<T>) __builtin_prefetch(at + l);
}
/// The same of what will be written; ordinary stores alone own their lines beforehand.
template <Stores STORES, class T>
ROOFMARK_LEAF void ask_to_write(T* at, std::int64_t count) {
  if (STORES != Stores::ordinary) return;
  for (std::int64_t l = 0; l < count; l += line_of<T>) __builtin_prefetch(at + l, 1);
}

/// Whether rows of operands and results are few enough to be found in L2.
template <class T>
ROOFMARK_LEAF bool fits_l2(std::int64_t rows, std::int64_t cols) {
  return 2 * rows * cols * static_cast<std::int64_t>(sizeof(T)) <= 1 << 20;
}

/// A vector wherever an element of 16 bits may lie.
typedef float vf32_anywhere
    __attribute__((vector_size(ROOFMARK_VECTOR_BYTES), aligned(2), may_alias));

template <Stores STORES, class T>
ROOFMARK_LEAF void put_vector(T* at, vf32 value) {
  if (STORES == Stores::nt) {
    stream(at, value);
  } else {
    *reinterpret_cast<vf32_anywhere*>(at) = value;
  }
}

/// What loops over elements take at a time: 2 x lanes of them, in an order that depends on their
/// type. Those of bf16 are the even and the odd ones: a shift and a mask then widen 32 of them in
/// AVX-512, where one vector at a time takes two shuffles and two shifts (RMSNorm from L2 was half
/// as fast).
struct TwoVectors {
  vf32 a, b;
};
constexpr int pair_lanes = 2 * lanes;

ROOFMARK_LEAF TwoVectors operator+(TwoVectors x, TwoVectors y) { return {x.a + y.a, x.b + y.b}; }
ROOFMARK_LEAF TwoVectors operator-(TwoVectors x, TwoVectors y) { return {x.a - y.a, x.b - y.b}; }
ROOFMARK_LEAF TwoVectors operator*(TwoVectors x, TwoVectors y) { return {x.a * y.a, x.b * y.b}; }
ROOFMARK_LEAF TwoVectors operator-(TwoVectors x, vf32 y) { return {x.a - y, x.b - y}; }
ROOFMARK_LEAF TwoVectors operator*(TwoVectors x, vf32 y) { return {x.a * y, x.b * y}; }

template <class T>
ROOFMARK_LEAF TwoVectors load_pair(const T* at) {
  return {load(at), load(at + lanes)};
}
ROOFMARK_LEAF TwoVectors load_pair(const bf16* at) {
  const vu32 both = (vu32) * reinterpret_cast<const vf32_anywhere*>(at);
  return {(vf32)(both << 16), (vf32)(both & 0xffff0000)};
}

template <Stores STORES>
ROOFMARK_LEAF void put_pair(float* at, TwoVectors value) {
  put_vector<STORES>(at, value.a);
  put_vector<STORES>(at + lanes, value.b);
}
template <Stores STORES>
ROOFMARK_LEAF void put_pair(f16* at, TwoVectors value) {
  if (STORES == Stores::nt) {
    stream(at, narrowed(at, value.a));
    stream(at + lanes, narrowed(at, value.b));
  } else {
    store(at, value.a);
    store(at + lanes, value.b);
  }
}
#if defined(ROOFMARK_NARROWS_TO_BF16)
/// By the instruction that rounds two vectors, which comes in all even ones and then all odd ones:
/// two instructions instead of eleven (RMSNorm from L2, Zen 5: 0.33 of the copy roof by those, 0.46
/// by these; add 0.68 and 0.88).  Denormals become 0.
template <Stores STORES>
ROOFMARK_LEAF void put_pair(bf16* at, TwoVectors value) {
  typedef std::uint16_t vu16x2 __attribute__((vector_size(ROOFMARK_VECTOR_BYTES)));
  const vu16x2 by_turns = {0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
                           8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
  vf32 apart, mixed;
  asm("vcvtne2ps2bf16 %2, %1, %0" : "=v"(apart) : "v"(value.b), "v"(value.a));
  asm("vpermw %1, %2, %0" : "=v"(mixed) : "v"(apart), "v"(by_turns));
  put_vector<STORES>(at, mixed);
}
#else
/// NaN stays NaN where it was computed from bf16: its lower half is 0 then, and rounding carries
/// nothing.
template <Stores STORES>
ROOFMARK_LEAF void put_pair(bf16* at, TwoVectors value) {
  const vu32 even = (vu32)value.a, odd = (vu32)value.b;
  const vu32 low = (even + 0x7fff + ((even >> 16) & 1)) >> 16;
  const vu32 high = odd + 0x7fff + ((odd >> 16) & 1);
  put_vector<STORES>(at, (vf32)(low | (high & 0xffff0000)));
}
#endif

/// Whether pairs of rows of `cols` elements can be stored past the caches.
template <class T>
ROOFMARK_LEAF bool can_stream(const T* y, std::int64_t cols) {
  constexpr std::int64_t vector = ROOFMARK_VECTOR_BYTES;
  const bool aligned = reinterpret_cast<std::uintptr_t>(y) % vector == 0;
  return aligned && cols * static_cast<std::int64_t>(sizeof(T)) % vector == 0;
}

/// The first `count` lanes; the rest are `filler`.
template <class T>
ROOFMARK_LEAF vf32 load_tail(const T* at, std::int64_t count, float filler) {
  vf32 v = broadcast(filler);
  for (int i = 0; i < count; ++i) v[i] = load_one(at + i);
  return v;
}
template <class T>
ROOFMARK_LEAF void store_tail(T* at, std::int64_t count, vf32 v) {
  for (int i = 0; i < count; ++i) store_one(at + i, v[i]);
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
