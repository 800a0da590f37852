// What GPU products of every kind share: operands 16 bytes at a time, and results.
#pragma once

#include "core/gpu.cuh"

namespace roofmark {

using Int8 = signed char;

template <class T>
struct SumOf {
  using type = float;
};
template <>
struct SumOf<Int8> {
  using type = int;
};

ROOFMARK_DEVICE std::uint32_t bits_of(float x) { return __float_as_uint(x); }
ROOFMARK_DEVICE std::uint32_t bits_of(gpu::F16 x) { return x.bits; }
ROOFMARK_DEVICE std::uint32_t bits_of(gpu::Bf16 x) { return x.bits; }
ROOFMARK_DEVICE std::uint32_t bits_of(Int8 x) { return static_cast<unsigned char>(x); }

/// The `count` elements at `from`, 16 bytes at most, one by one; zeros behind them.
template <class T>
ROOFMARK_DEVICE uint4 gathered(const T* from, std::int64_t count) {
  constexpr int per_word = 4 / static_cast<int>(sizeof(T)), width = 8 * static_cast<int>(sizeof(T));
  std::uint32_t words[4] = {0, 0, 0, 0};
  for (int i = 0; i < 4 * per_word; ++i) {
    if (i < count) words[i / per_word] |= bits_of(from[i]) << (i % per_word * width % 32);
  }
  return make_uint4(words[0], words[1], words[2], words[3]);
}

/// The scale of an output of 8-bit weights; of others, whose sums are scaled, 1.
template <class T, bool kScaled>
ROOFMARK_DEVICE float output_scale(const void* scales, std::int64_t row) {
  if constexpr (sizeof(T) == 1 && !kScaled) {
    return gpu::to_float(static_cast<const gpu::F16*>(scales)[row]);
  } else {
    return 1;
  }
}

/// `sum` as an element of the result.
template <class T>
ROOFMARK_DEVICE T result_of(float sum, float) {
  return gpu::from_float<T>(sum);
}
template <>
__device__ __forceinline__ Int8 result_of<Int8>(float sum, float requantization) {
  return static_cast<Int8>(__float2int_rn(fminf(fmaxf(sum * requantization, -127.0f), 127.0f)));
}

}  // namespace roofmark
