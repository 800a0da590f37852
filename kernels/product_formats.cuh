// How a warp multiplies 8 rows of W with up to 16 rows of x, 16 bytes of W per lane at a time, by
// mma.sync with x as its first operand.  Lane 4 r + q holds a part of row r of W and of rows r and
// r + 8 of x.  The order of k within a sum is free, so both hold the same columns in the same
// registers, and 16 neighbouring bytes fill several instructions.
//
// An instruction takes 16 rows of x: registers a0 a2 of rows r and a1 a3 of rows r + 8.  Where x
// has but 8 rows, four neighbouring words of a row are passed as they are: words 0 and 2 meet words
// 0 and 2 of W in one instruction, whose upper half of rows is the result, words 1 and 3 in
// another, whose lower half is.  That saves the moves into place, which would cost more than the
// products.
#pragma once

#include "kernels/product_vectors.cuh"

namespace roofmark {

/// 16 bytes of a row of x that has `left` elements more.  Whole rows have enough; else zeros stand
/// for what is not there.  Coherent: the launch before may have been writing x when this one began.
template <class T, bool kWhole, bool kCoherent>
ROOFMARK_DEVICE uint4 x_vector(const T* from, int left) {
  if (!kWhole) return gathered(from, left);
  return kCoherent ? gpu::load16_coherent(from) : gpu::load16(from);
}
template <bool kWhole>
ROOFMARK_DEVICE uint2 x_half_vector(const Int8* from, int left) {
  if (kWhole) return *reinterpret_cast<const uint2*>(from);
  const uint4 v = gathered(from, left < 8 ? left : 8);
  return make_uint2(v.x, v.y);
}

template <class T>
ROOFMARK_DEVICE void multiply_add(float (&d)[4], const std::uint32_t (&a)[4],
                                  const std::uint32_t (&b)[2], T) {
  gpu::multiply_add<T>(d, a, b);
}
ROOFMARK_DEVICE void multiply_add(int (&d)[4], const std::uint32_t (&a)[4],
                                  const std::uint32_t (&b)[2], Int8) {
  gpu::multiply_add_i8(d, a, b);
}

/// Sums of 8 rows of W with 8 or 16 rows of x, in two chains that hide each other's latency.
template <class Sum, bool kHigh>
struct Sums {
  Sum even[4] = {0, 0, 0, 0}, odd[4] = {0, 0, 0, 0};

  /// The lane's sums: rows 2 q and 2 q + 1 of W with row r of x, then with row r + 8.
  __device__ __forceinline__ Sum at(int i) const {
    return kHigh ? even[i] + odd[i] : even[i] + odd[i + 2];
  }
};

/// 16 columns of 16-bit x, or 32 of int8: four words of rows r and r + 8.
template <bool kHigh, class T, class Sum>
ROOFMARK_DEVICE void multiply_words(Sums<Sum, kHigh>& sums, const uint4& low, const uint4& high,
                                    const std::uint32_t (&w)[4], T) {
  if constexpr (kHigh) {
    multiply_add(sums.even, {low.x, high.x, low.y, high.y}, {w[0], w[1]}, T{});
    multiply_add(sums.odd, {low.z, high.z, low.w, high.w}, {w[2], w[3]}, T{});
  } else {
    multiply_add(sums.even, {low.x, low.y, low.z, low.w}, {w[0], w[2]}, T{});
    multiply_add(sums.odd, {low.x, low.y, low.z, low.w}, {w[1], w[3]}, T{});
  }
}

/// W and x of one type, W row-major.
template <class T, bool kHigh>
struct DenseFormat {
  using Element = T;
  using Sum = typename SumOf<T>::type;
  using Tile = Sums<Sum, kHigh>;
  static constexpr bool packed = false;
  static constexpr float unit = 1;  // of its sums
  static constexpr int lane_columns = 16 / static_cast<int>(sizeof(T));
  static constexpr int step_columns = 4 * lane_columns;
  static constexpr int step_bytes = 64;  // of one row
  static constexpr int scale_words = 0;  // of two scales that a lane needs in a step
  static constexpr int blocks = 4;       // per multiprocessor

  uint4 low, high;

  template <bool kWhole, bool kCoherent>
  __device__ __forceinline__ void load(const T* x_low, const T* x_high, int left) {
    low = x_vector<T, kWhole, kCoherent>(x_low, left);
    high = kHigh ? x_vector<T, kWhole, kCoherent>(x_high, left) : low;
  }
  __device__ __forceinline__ void multiply(Tile& tile, const uint4& w, const std::uint32_t*) const {
    multiply_words<kHigh>(tile, low, high, {w.x, w.y, w.z, w.w}, T{});
  }
};

/// Of 4-bit weights: f32 sums over all groups of weights that share a scale.
template <bool kHigh>
struct ScaledSums {
  float sums[4] = {0, 0, 0, 0};

  __device__ __forceinline__ float at(int i) const { return sums[i]; }

  /// Adds a group's own sums times the scales of the lane's two rows.
  template <class Sum>
  __device__ __forceinline__ void add(const Sums<Sum, kHigh>& group, std::uint32_t scales) {
    float scale[2];
    gpu::unpack<gpu::F16>(scales, scale[0], scale[1]);
#pragma unroll
    for (int i = 0; i < (kHigh ? 4 : 2); ++i) {
      sums[i] = fmaf(scale[i % 2], static_cast<float>(group.at(i)), sums[i]);
    }
  }
};

ROOFMARK_DEVICE std::uint32_t word_of(const uint4& v, int i) {
  return i == 0 ? v.x : i == 1 ? v.y : i == 2 ? v.z : v.w;
}

/// 4-bit W as kernels/packed_weights.h lays it out, f16 x.  A nibble n under the exponent of 1024
/// is 1024 + n or 1024 + 16 n exactly; with its top bit inverted n is the weight + 8.
template <int kGroup, bool kHigh>
struct Int4Half {
  using Element = gpu::F16;
  using Sum = float;
  using Tile = ScaledSums<kHigh>;
  static constexpr bool packed = true;
  static constexpr float unit = 1;
  static constexpr int lane_columns = 8, step_columns = 128;  // lanes have 8 in each of 4 words
  static constexpr int step_bytes = 512;                      // of one tile
  static constexpr int scale_words = step_columns / kGroup;
  static constexpr int blocks = kHigh ? 2 : 3;

  uint4 low[4], high[4];

  template <bool kWhole, bool kCoherent>
  __device__ __forceinline__ void load(const gpu::F16* x_low, const gpu::F16* x_high, int left) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      low[i] = x_vector<gpu::F16, kWhole, kCoherent>(x_low + 32 * i, left - 32 * i);
      high[i] =
          kHigh ? x_vector<gpu::F16, kWhole, kCoherent>(x_high + 32 * i, left - 32 * i) : low[i];
    }
  }
  __device__ __forceinline__ void multiply(Tile& tile, const uint4& w,
                                           const std::uint32_t* scales) const {
    constexpr int words = kGroup / 32;  // of a group
#pragma unroll
    for (int g = 0; g < scale_words; ++g) {
      Sums<float, kHigh> group;
#pragma unroll
      for (int i = g * words; i < (g + 1) * words; ++i) {
        std::uint32_t pairs[4];
        expand(pairs, word_of(w, i));
        multiply_words<kHigh>(group, low[i], high[i], pairs, gpu::F16{});
      }
      tile.add(group, scales[g]);
    }
  }

 private:
  /// The eight weights of a word, two by two.
  static __device__ __forceinline__ void expand(std::uint32_t (&pairs)[4], std::uint32_t word) {
    constexpr std::uint32_t and_xor = 0x6a;                              // (a & b) ^ c
    constexpr std::uint32_t ones = 0x64086408, sixteens = 0x64806480;    // 1024 + 8, 1024 + 16 8
    constexpr std::uint32_t sixteenth = 0x2c002c00, minus = 0xd480d480;  // 2^-4, -(64 + 8)
#pragma unroll
    for (int i = 0; i < 2; ++i) {
      const std::uint32_t shifted = word >> 8 * i;
      const std::uint32_t first = gpu::logic3<and_xor>(shifted, 0x000f000f, ones);
      const std::uint32_t second = gpu::logic3<and_xor>(shifted, 0x00f000f0, sixteens);
      pairs[2 * i] = gpu::sub_f16x2(first, ones);
      pairs[2 * i + 1] = gpu::fma_f16x2(second, sixteenth, minus);
    }
  }
};

/// 4-bit W, int8 x.  Nibbles stay in the upper half of a byte, which makes every sum 16 times as
/// large.
template <int kGroup, bool kHigh>
struct Int4Int8 {
  using Element = Int8;
  using Sum = float;
  using Tile = ScaledSums<kHigh>;
  static constexpr bool packed = true;
  static constexpr float unit = 1.0f / 16;
  static constexpr int lane_columns = 8, step_columns = 128;
  static constexpr int step_bytes = 512;
  static constexpr int scale_words = step_columns / kGroup;
  static constexpr int blocks = kHigh && kGroup == 32 ? 2 : 3;

  uint2 low[4], high[4];

  template <bool kWhole, bool kCoherent>
  __device__ __forceinline__ void load(const Int8* x_low, const Int8* x_high, int left) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      low[i] = x_half_vector<kWhole>(x_low + 32 * i, left - 32 * i);
      high[i] = kHigh ? x_half_vector<kWhole>(x_high + 32 * i, left - 32 * i) : low[i];
    }
  }
  __device__ __forceinline__ void multiply(Tile& tile, const uint4& w,
                                           const std::uint32_t* scales) const {
    constexpr int words = kGroup / 32, pair = words > 1 ? 2 : 1;  // at a time
#pragma unroll
    for (int g = 0; g < scale_words; ++g) {
      Sums<int, kHigh> group;
#pragma unroll
      for (int i = g * words; i < (g + 1) * words; i += pair) {
        const std::uint32_t first = word_of(w, i), second = pair > 1 ? word_of(w, i + 1) : 0;
        const uint2 zero = make_uint2(0, 0);
        multiply_words<kHigh>(group, joined(low[i], pair > 1 ? low[i + 1] : zero),
                              joined(high[i], pair > 1 ? high[i + 1] : zero),
                              {first << 4 & 0xf0f0f0f0u, first & 0xf0f0f0f0u,
                               second << 4 & 0xf0f0f0f0u, second & 0xf0f0f0f0u},
                              Int8{});
      }
      tile.add(group, scales[g]);
    }
  }

 private:
  static __device__ __forceinline__ uint4 joined(const uint2& a, const uint2& b) {
    return make_uint4(a.x, a.y, b.x, b.y);
  }
};

}  // namespace roofmark
