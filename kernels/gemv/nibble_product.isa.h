// The loop of a matrix-vector product with 4-bit weights, for gemv's leaves: everything has
// internal linkage.  Every lane adds up a row of its own, so no sum goes across lanes; the sums of
// a group start anew, so that those of several groups are under way at once.
#pragma once

#include "core/dot.isa.h"
#include "kernels/gemv/gemv_w4.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

// How far ahead weights are asked for into L1, and into L2 where the machine asks by that (a Xeon
// with AMX, one core, w4a8, k = 4096: 14.8 GB/s; into L1 and as far ahead 14.1).
constexpr std::int64_t nibbles_ahead = 4096, nibbles_ahead_by_l2 = 3072;

/// `Math` says what a group comes to:
///   vf32 group(const char* w, const char* x, words): the sum of a group, unscaled; `words` vectors
///   x_bytes(words): bytes of x of a group
///   void finish(of, row, vf32 sums, count): writes the first `count` of them
template <class Math, bool BY_L2>
ROOFMARK_LEAF void all_groups(const NibbleProduct& of) {
  const std::int64_t words = of.group / 8, w_bytes = words * ROOFMARK_VECTOR_BYTES;
  constexpr std::int64_t ahead = BY_L2 ? nibbles_ahead_by_l2 : nibbles_ahead;
  const char* w = of.w;
  const f16* scales = of.scales;
  for (std::int64_t row = 0; row < of.rows; row += lanes) {
    const char* x = of.x;
    vf32 sums = {};
    for (std::int64_t g = 0; g < of.groups; ++g) {
      for (std::int64_t l = 0; l < w_bytes; l += 64)
        __builtin_prefetch(w + ahead + l, 0, BY_L2 ? 2 : 3);
      sums += load(scales) * Math::group(w, x, words);
      w += w_bytes;
      x += Math::x_bytes(words);
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

/// Of 8 bits.
struct Nibbles8 {
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

/// x of 8 bits as prepared: of each group -8 times its sum, then its bytes.
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
