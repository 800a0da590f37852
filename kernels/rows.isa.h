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

/// What loops over elements take at a time: as many as a vector holds.  `u` counts them.
template <class T>
constexpr std::int64_t unit = ROOFMARK_VECTOR_BYTES / static_cast<std::int64_t>(sizeof(T));

/// How far ahead memory is asked for, in elements: 4 KiB.  Narrow vectors keep too few misses under
/// way on their own, and rows are too short for a prefetcher that starts anew at each.
template <class T>
constexpr std::int64_t ahead_of = 4096 / static_cast<std::int64_t>(sizeof(T));

constexpr bool begins_line(int u) { return u * ROOFMARK_VECTOR_BYTES % 64 == 0; }

/// Asks for the line as far ahead of unit `u` as memory is, if it is the first unit of one: a line
/// at a time beside the one that is read.  Two or four at once are found late (Intel, AVX-512, f32,
/// one core: of the copy roof RMSNorm reached 0.78 by fours and 0.93 by ones, add 0.82 and 0.94).
template <Stores STORES, class T>
ROOFMARK_LEAF void ask(const T* at, int u) {
  if (STORES != Stores::cached && begins_line(u)) __builtin_prefetch(at + ahead_of<T>);
}
/// The same of what will be written; ordinary stores alone own their lines beforehand.
template <Stores STORES, class T>
ROOFMARK_LEAF void ask_to_write(T* at, int u) {
  if (STORES == Stores::ordinary && begins_line(u)) __builtin_prefetch(at + ahead_of<T>, 1);
}

/// The number of a unit in its turn, known to the compiler.
template <int U>
struct Nth {
  static constexpr int u = U;
};

/// Schedulers pass nothing over it: GCC 12 else asks for the lines of a whole turn at once.
ROOFMARK_LEAF void stay() { asm volatile(""); }

template <class Body, class Nth>
ROOFMARK_LEAF void do_unit(const Body& body, Nth nth, std::int64_t i) {
  body(nth, i);
  stay();
}

/// body(Nth<u>, i) for the units of [0, count), i their first elements, u from 0 to 3 in turns:
/// four chains cover a multiply-add's latency.  Returns where what is less than a unit begins.
template <class T, class Body>
ROOFMARK_LEAF std::int64_t each_unit(std::int64_t count, const Body& body) {
  std::int64_t i = 0;
  for (; i + 4 * unit<T> <= count; i += 4 * unit<T>) {
    do_unit(body, Nth<0>{}, i);
    do_unit(body, Nth<1>{}, i + unit<T>);
    do_unit(body, Nth<2>{}, i + 2 * unit<T>);
    do_unit(body, Nth<3>{}, i + 3 * unit<T>);
  }
  for (; i + unit<T> <= count; i += unit<T>) do_unit(body, Nth<0>{}, i);
  return i;
}
#define ROOFMARK_BODY(...) \
  [&]([[maybe_unused]] auto nth, std::int64_t __VA_ARGS__) __attribute__((always_inline))

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

/// A unit of 16-bit elements, in an order that depends on their type.  Those of bf16 are the even
/// and the odd ones: a shift and a mask then widen 32 of them in AVX-512, where one vector at a
/// time takes two shuffles and two shifts (RMSNorm from L2 was half as fast).
struct TwoVectors {
  vf32 a, b;
};

ROOFMARK_LEAF TwoVectors operator+(TwoVectors x, TwoVectors y) { return {x.a + y.a, x.b + y.b}; }
ROOFMARK_LEAF TwoVectors operator-(TwoVectors x, TwoVectors y) { return {x.a - y.a, x.b - y.b}; }
ROOFMARK_LEAF TwoVectors operator*(TwoVectors x, TwoVectors y) { return {x.a * y.a, x.b * y.b}; }
ROOFMARK_LEAF TwoVectors operator-(TwoVectors x, vf32 y) { return {x.a - y, x.b - y}; }
ROOFMARK_LEAF TwoVectors operator*(TwoVectors x, vf32 y) { return {x.a * y, x.b * y}; }

/// f of every vector of a unit.
template <class F>
ROOFMARK_LEAF vf32 each(vf32 v, F f) {
  return f(v);
}
template <class F>
ROOFMARK_LEAF TwoVectors each(TwoVectors v, F f) {
  return {f(v.a), f(v.b)};
}

/// Four running values; unit `u` goes into those that the units next to it leave alone.
struct Chains {
  vf32 at[4] = {};
};
template <class Join>
ROOFMARK_LEAF void join(Chains& chains, int u, vf32 v, Join by) {
  chains.at[u] = by(v, chains.at[u]);
}
template <class Join>
ROOFMARK_LEAF void join(Chains& chains, int u, TwoVectors v, Join by) {
  join(chains, 2 * u % 4, v.a, by);
  join(chains, 2 * u % 4 + 1, v.b, by);
}
template <class Unit>
ROOFMARK_LEAF void add_to(Chains& chains, int u, Unit v) {
  join(
      chains, u, v, [](vf32 a, vf32 b) __attribute__((always_inline)) { return a + b; });
}
template <class Unit>
ROOFMARK_LEAF void raise(Chains& most, int u, Unit v) {
  join(
      most, u, v, [](vf32 a, vf32 b) __attribute__((always_inline)) { return larger(a, b); });
}
ROOFMARK_LEAF float largest(const Chains& chains) {
  const vf32 first = larger(chains.at[0], chains.at[1]);
  return largest(larger(first, larger(chains.at[2], chains.at[3])));
}
ROOFMARK_LEAF float total(const Chains& chains) {
  return sum((chains.at[0] + chains.at[1]) + (chains.at[2] + chains.at[3]));
}

ROOFMARK_LEAF vf32 load_unit(const float* at) { return load(at); }
ROOFMARK_LEAF TwoVectors load_unit(const f16* at) { return {load(at), load(at + lanes)}; }
ROOFMARK_LEAF TwoVectors load_unit(const bf16* at) {
  const vu32 both = (vu32) * reinterpret_cast<const vf32_anywhere*>(at);
  return {(vf32)(both << 16), (vf32)(both & 0xffff0000)};
}

/// A unit of T that lies there as f32, in T's order.
template <class T>
ROOFMARK_LEAF auto load_wide(const float* at) {
  if constexpr (sizeof(T) == sizeof(float)) {
    return load(at);
  } else {
    return TwoVectors{load(at), load(at + lanes)};
  }
}
ROOFMARK_LEAF void store_wide(float* at, vf32 value) { store(at, value); }
ROOFMARK_LEAF void store_wide(float* at, TwoVectors value) {
  store(at, value.a);
  store(at + lanes, value.b);
}

template <Stores STORES>
ROOFMARK_LEAF void put_unit(float* at, vf32 value) {
  put_vector<STORES>(at, value);
}
template <Stores STORES>
ROOFMARK_LEAF void put_unit(f16* at, TwoVectors value) {
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
ROOFMARK_LEAF void put_unit(bf16* at, TwoVectors value) {
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
ROOFMARK_LEAF void put_unit(bf16* at, TwoVectors value) {
  const vu32 even = (vu32)value.a, odd = (vu32)value.b;
  const vu32 low = (even + 0x7fff + ((even >> 16) & 1)) >> 16;
  const vu32 high = odd + 0x7fff + ((odd >> 16) & 1);
  put_vector<STORES>(at, (vf32)(low | (high & 0xffff0000)));
}
#endif

/// Whether units of rows of `cols` elements can be stored past the caches.
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
