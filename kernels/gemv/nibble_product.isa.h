// The loop of a matrix-vector product with 4-bit weights, for gemv's leaves: everything has
// internal linkage.  Every lane adds up a row of its own, so no sum goes across lanes; the sums of
// a group start anew, so that those of several groups are under way at once.
#pragma once

#include "core/dot.isa.h"
#include "kernels/gemv/gemv_w4.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

// How far ahead weights are asked for into L1, and into L2 where the machine asks by that.  One
// line at a time: asked for a group of 128 at once they came at 15.3 GB/s instead of 16.0 with
// activations of 8 bits and at 12.6 instead of 16.2 with those of 16 (a Xeon with AMX, one core,
// into L2; 3, 4, 6 and 8 KiB ahead 15.5, 16.0, 16.1 and 16.4, into L1 14.5).
constexpr std::int64_t nibbles_ahead = 4096, nibbles_ahead_by_l2 = 6144;
constexpr int line_words = 64 / ROOFMARK_VECTOR_BYTES;  // vectors of words to a line

/// `Math` says what a group comes to; x, as prepared, has head_bytes of a group and then word_bytes
/// for every 8 columns:
///   Sums, of one or more vectors; Sums start(x), x at the group's head
///   void add(Sums&, vu32 word, x), x at the word's columns
///   vf32 total(Sums), unscaled
///   void finish(of, row, vf32 sums, count): writes the first `count` of them
template <class Math, bool BY_L2>
ROOFMARK_LEAF void all_groups(const NibbleProduct& of) {
  const std::int64_t words = of.group / 8;
  constexpr std::int64_t ahead = BY_L2 ? nibbles_ahead_by_l2 : nibbles_ahead;
  const char* w = of.w;
  const f16* scales = of.scales;
  for (std::int64_t row = 0; row < of.rows; row += lanes) {
    const char* x = of.x;
    vf32 sums = {};
    for (std::int64_t g = 0; g < of.groups; ++g) {
      typename Math::Sums of_group = Math::start(x);
      x += Math::head_bytes;
      const auto add = [&] {
        Math::add(of_group, load_u32(w), x);
        w += ROOFMARK_VECTOR_BYTES;
        x += Math::word_bytes;
      };
      std::int64_t left = words;
      for (; left >= line_words; left -= line_words) {
        __builtin_prefetch(w + ahead, 0, BY_L2 ? 2 : 3);
        for (int v = 0; v < line_words; ++v) add();
      }
      for (; left > 0; --left) add();
      sums += load(scales) * Math::total(of_group);
      scales += lanes;
    }
    Math::finish(of, row, sums, of.rows - row < lanes ? of.rows - row : lanes);
  }
}

template <class Math>
static void nibble_product(const NibbleProduct& of) {
  if (of.by_l2) {
    all_groups<Math, true>(of);
  } else {
    all_groups<Math, false>(of);
  }
}

ROOFMARK_LEAF vu32 low_nibbles(vu32 v) { return v & 0x0f0f0f0f; }
ROOFMARK_LEAF vu32 high_nibbles(vu32 v) { return (v >> 4) & 0x0f0f0f0f; }

/// Activations of 16 bits: results are f16.
struct Nibbles16 {
  ROOFMARK_LEAF void finish(const NibbleProduct& of, std::int64_t row, vf32 sums,
                            std::int64_t count) {
    f16 all[lanes];
    store(all, sums);
    for (std::int64_t i = 0; i < count; ++i) reinterpret_cast<f16*>(of.y)[row + i] = all[i];
  }
};

/// Of 8 bits.  x, prepared, of each group: -8 times its sum, then its bytes.
struct NibbleBytes {
  struct Sums {
    vi32 low, high;
  };
  static constexpr int head_bytes = 4, word_bytes = 8;
  ROOFMARK_LEAF Sums start(const char* x) { return {(vi32)broadcast_u32(x), vi32{}}; }
  ROOFMARK_LEAF vf32 total(const Sums& sums) {
    return __builtin_convertvector(sums.low + sums.high, vf32);
  }
  ROOFMARK_LEAF void finish(const NibbleProduct& of, std::int64_t row, vf32 sums,
                            std::int64_t count) {
    sums *= broadcast(of.factor);
    for (std::int64_t i = 0; i < count; ++i) {
      const float most = sums[i] > 127 ? 127 : sums[i];
      // Not char: where that is unsigned (AArch64) a negative number is none of its values.
      of.y[row + i] = static_cast<signed char>(__builtin_rintf(most < -128 ? -128 : most));
    }
  }
};

/// Prepares x of 8 bits.
[[maybe_unused]] static void bytes_and_sums(const char* x, char* to, std::int64_t k,
                                            std::int64_t columns, std::int64_t group) {
  for (std::int64_t begin = 0; begin < columns; begin += group) {
    char* values = to + 4;
    std::int32_t sum = 0;
    for (std::int64_t i = begin; i < begin + group; ++i, ++values) {
      *values = i < k ? x[i] : 0;
      sum += static_cast<signed char>(*values);
    }
    sum *= -8;
    __builtin_memcpy(to, &sum, sizeof sum);
    to = values;
  }
}
[[maybe_unused]] static std::int64_t bytes_and_sums_bytes(std::int64_t columns,
                                                          std::int64_t group) {
  return columns + columns / group * 4;
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
