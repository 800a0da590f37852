// Stands in for probes/matrix/wgmma.cuh: a and b are read through their descriptors, as the
// hardware is documented to do, and each thread computes its own part of d.
#pragma once

#include "core/gpu.cuh"
#include "core/values.h"

namespace roofmark::wgmma {

/// Element `along_k` of a row: rows of 128 bytes, groups of 8 rows as far apart as the descriptor
/// says, and bits 4 to 6 of the address exclusive-or'ed with bits 7 to 9.
template <DType TYPE>
inline double element(std::uint64_t descriptor, unsigned row, unsigned along_k) {
  const unsigned width = static_cast<unsigned>(bits(TYPE)) / 8;
  const auto start = static_cast<unsigned>(descriptor & 0x3fff) << 4;
  const auto group = static_cast<unsigned>(descriptor >> 32 & 0x3fff) << 4;
  unsigned address = start + row / 8 * group + row % 8 * 128 + along_k * width;
  if (descriptor >> 62 == 1) address ^= (address >> 7 & 7) << 4;
  const std::byte* base = emulator::dynamic_shared_memory();
  return value_at(base + (address - gpu::shared_address(base)), TYPE, 0);
}

ROOFMARK_DEVICE void fence_shared() {}
ROOFMARK_DEVICE void fence() {}
ROOFMARK_DEVICE void commit() {}
template <int N>
ROOFMARK_DEVICE void wait() {}

template <DType TYPE, DType SUM, class S, int DS>
struct Warpgroup {
  using Sum = S;
  static constexpr int ds = DS;

  static void multiply(S (&d)[DS], std::uint64_t a, std::uint64_t b) {
    const unsigned k = 256 / static_cast<unsigned>(bits(TYPE));  // of 32 bytes
    const unsigned thread = threadIdx.x % 128, lane = thread % 32;
    double left[2][32], right[32];
    for (unsigned i = 0; i < 2 * k; ++i) {
      left[i / k][i % k] = element<TYPE>(a, thread / 32 * 16 + lane / 4 + i / k * 8, i % k);
    }
    for (unsigned column = 0; column < 64; ++column) {
      for (unsigned i = 0; i < k; ++i) {
        right[i] = element<TYPE>(b, column / 2 * 8 + lane % 4 * 2 + column % 2, i);
      }
      for (unsigned half = 0; half < 2; ++half) {
        const unsigned at = column / 2 * 4 + half * 2 + column % 2;
        double sum = value_at(d, SUM, at);
        for (unsigned i = 0; i < k; ++i) sum += left[half][i] * right[i];
        auto bits = encoded(sum, SUM);
        if (SUM == DType::i32) bits = static_cast<std::uint32_t>(static_cast<std::int64_t>(sum));
        constexpr unsigned width = sizeof(S) * DS / 128;
        std::memcpy(reinterpret_cast<std::byte*>(d) + at * width, &bits, width);
      }
    }
  }
};
using F16F32 = Warpgroup<DType::f16, DType::f32, float, 128>;
using F16 = Warpgroup<DType::f16, DType::f16, std::uint32_t, 64>;
using Bf16F32 = Warpgroup<DType::bf16, DType::f32, float, 128>;
using Tf32F32 = Warpgroup<DType::tf32, DType::f32, float, 128>;
using Fp8F32 = Warpgroup<DType::fp8, DType::f32, float, 128>;
using W8A8 = Warpgroup<DType::i8, DType::i32, int, 128>;

}  // namespace roofmark::wgmma
