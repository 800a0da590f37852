// The loop of a matrix-vector product, for gemv's leaves: everything has internal linkage.  Rows go
// one after the other, so that memory sees a single stream: four rows side by side reached 0.89 of
// the read roof where this reaches 0.95-1.0 (Zen 5, AVX-512, one core).
#pragma once

#include "core/vector.isa.h"
#include "kernels/gemv/gemv.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

// How far ahead narrow vectors ask for their weights, in bytes, into L1.  They fill the core's
// window of instructions with fewer bytes, so fewer misses are under way: SSE2 reached 0.65 of the
// read roof without, 0.83 at 4 KiB and 0.96 at 8 KiB. AVX-512 reaches 0.98 without and 0.96 with.
// Products of bytes are so many to a cache line that AVX-512 gains too: 0.90 without, 1.00 with.
constexpr std::int64_t far_ahead = 8192;
constexpr std::int64_t ahead_of_narrow = lanes < 16 ? far_ahead : 0;
// On machines that ask by L2.  A Xeon with AMX, one core, k = 4096, GB/s without, at 1.5, 2, 3, 4
// and 6 KiB (reading alone comes to 18.5): f32 15.0, 14.4, 15.3, 16.3, 16.4, 16.4; bf16 11.3, 14.5,
// 15.7, 16.5, 15.4, 16.1.
constexpr std::int64_t ahead_by_l2 = 3072;
// There products of wide vectors are so few instructions to a line that loads overtake what was
// asked for, as those of the read probe do.  So many beside each line that do nothing hold them
// back; of the read roof (AVX-512, one core, k = 4096) f32 reached 0.89 with 0, 0.92 with 6, 0.90
// with 12; pairs of bf16 0.90 with 0, 0.92 with 12.  Those of bytes, GB/s at 3 KiB, k = 4096: 0
// 14.7; 2 17.3; 6 17.5; 12 17.5; k = 11008: 0 15.1; 6 17.2; two cores 27.7 with 0, 32.0 with 6.
constexpr int beside_products = lanes < 16 ? 0 : 6;
constexpr int beside_pairs = lanes < 16 ? 0 : 12;
constexpr int beside_bytes = 6;

/// What is asked for ahead, a line before each vector: eight lines at once came to 17 GB/s on
/// a Xeon with AMX (AVX-512, one core) where this comes to 19, and into L1 to 18.5.
enum class Ask { nothing, to_l1, to_l2 };

/// So many instructions that take nothing but a place in the core's window.
template <int COUNT>
ROOFMARK_LEAF void idle() {
  asm volatile(".rept %c0\n nop\n .endr" ::"i"(COUNT));
}

/// `Math` says what is multiplied:
///   Sum, of one or more vectors, zero at first; Sum multiply(Sum, w, x); Sum add(Sum, Sum);
///   ahead: how far ahead weights are asked for into L1, 0: not; near: likewise into L2, where the
///   machine asks by that, with `beside` idle instructions;
///   elements of each operand that a call takes, and their bytes in memory w_bytes, x_bytes;
///   accumulators, of which `unrolled` cover the latency of a multiply-add and keep the loop's own
///   instructions few: AVX2 reached 0.94 of the read roof with eight, 0.91 with four;
///   Total total(Sum); Total rest(w, x, count), of fewer elements than a call takes;
///   void finish(of, row, Total)
template <class Math, Ask ASK>
ROOFMARK_LEAF typename Math::Total dot(const char* w, const char* x, std::int64_t k,
                                       std::int64_t ahead) {
  constexpr int unrolled = Math::unrolled;
  constexpr std::int64_t step = unrolled * Math::elements;
  typename Math::Sum sums[unrolled] = {};
  std::int64_t i = 0;
  for (; i + step <= k; i += step) {
    for (int u = 0; u < unrolled; ++u) {
      for (int l = (u * Math::w_bytes + 63) / 64 * 64; l < (u + 1) * Math::w_bytes; l += 64) {
        if (ASK == Ask::to_l1) __builtin_prefetch(w + ahead + l);
        if (ASK == Ask::to_l2) {
          __builtin_prefetch(w + ahead + l, 0, 2);
          idle<Math::beside>();
        }
      }
      sums[u] = Math::multiply(sums[u], w + u * Math::w_bytes, x + u * Math::x_bytes);
    }
    w += unrolled * Math::w_bytes;
    x += unrolled * Math::x_bytes;
  }
  for (; i + Math::elements <= k; i += Math::elements, w += Math::w_bytes, x += Math::x_bytes) {
    sums[0] = Math::multiply(sums[0], w, x);
  }
  for (int u = 1; u < unrolled; ++u) sums[0] = Math::add(sums[0], sums[u]);
  return Math::total(sums[0]) + Math::rest(w, x, k - i);
}

/// Whether rows take the copies of x by turns.  Not where the narrowest vectors load an x wider
/// than w, most often of all: what that costs from L2 was not told apart (SSE2 of f32 took 0.95
/// times as long by turns).
template <class Math, Ask ASK>
constexpr bool by_turns = ASK == Ask::to_l2 && (lanes > 4 || Math::x_bytes <= Math::w_bytes);

template <class Math, Ask ASK>
ROOFMARK_LEAF void all_rows(const RowProduct& of, std::int64_t ahead) {
  const std::int64_t row_bytes = of.k * Math::w_bytes / Math::elements;
  const std::int64_t x_bytes = of.k * Math::x_bytes / Math::elements;
  for (std::int64_t r = 0, copy = 0; r < of.rows; ++r) {
    Math::finish(of, r, dot<Math, ASK>(of.w + r * row_bytes, of.x + copy * x_bytes, of.k, ahead));
    if (by_turns<Math, ASK> && ++copy == of.copies) copy = 0;
  }
}

template <class Math>
static void row_product(const RowProduct& of) {
  if (of.by_l2) {
    all_rows<Math, Ask::to_l2>(of, Math::near);
  } else {
    all_rows<Math, Math::ahead == 0 ? Ask::nothing : Ask::to_l1>(of, Math::ahead);
  }
}

/// A row of 16-bit weights by instructions that multiply and add pairs of them: all but those.
template <class T>
struct RowOfPairs {
  using Sum = vf32;
  using Total = float;
  static constexpr std::int64_t ahead = ahead_of_narrow, near = ahead_by_l2;
  static constexpr int beside = beside_pairs;
  static constexpr int unrolled = 8, elements = 2 * lanes;
  static constexpr int w_bytes = ROOFMARK_VECTOR_BYTES, x_bytes = ROOFMARK_VECTOR_BYTES;
  ROOFMARK_LEAF vf32 add(vf32 a, vf32 b) { return a + b; }
  ROOFMARK_LEAF float total(vf32 sums) { return sum(sums); }
  ROOFMARK_LEAF float rest(const char* w, const char* x, std::int64_t count) {
    float sum = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      sum +=
          load_one(reinterpret_cast<const T*>(w) + i) * load_one(reinterpret_cast<const T*>(x) + i);
    }
    return sum;
  }
  ROOFMARK_LEAF void finish(const RowProduct& of, std::int64_t row, float total) {
    store_one(reinterpret_cast<T*>(of.y) + row, total);
  }
};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
