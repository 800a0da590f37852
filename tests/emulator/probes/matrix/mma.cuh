// Stands in for probes/matrix/mma.cuh: the same products of one warp, lane by lane.
#pragma once

#include "core/gpu.cuh"
#include "core/values.h"

namespace roofmark::mma {

/// d += a b, each lane its own elements of d.  With e elements in a register of a and b, lane
/// 4 g + t holds
///   of a, in register r: row g + 8 (r % 2) and along k 4 e (r / 2) + e t onwards; of 8 rows, 4 e r
///   of b, in register r: column g and along k 4 e r + e t onwards
///   of d, as element i: row g + 8 (i / 2), column 2 t + i % 2
template <DType TYPE, DType SUM, int M, int K, class Sum, int DS, class Operand, int AS, int BS>
inline void multiply_warp(Sum (&d)[DS], const Operand (&a)[AS], const Operand (&b)[BS]) {
  constexpr int e = K / BS / 4, row_registers = M / 8;
  const auto element = [](const std::byte* slots, int line, int along_k, int r, int step) {
    const int lane = line % 8 * 4 + along_k % (4 * e) / e;
    return value_at(slots + lane * 64, TYPE, (r + along_k / (4 * e) * step) * e + along_k % e);
  };
  const int group = static_cast<int>(gpu::lane()) / 4, pair = static_cast<int>(gpu::lane()) % 4;
  const std::byte* of_a = emulator::exchange(a, sizeof a);
  double left[row_registers][K];
  for (int r = 0; r < row_registers; ++r) {
    for (int k = 0; k < K; ++k) left[r][k] = element(of_a, group, k, r, row_registers);
  }
  const std::byte* of_b = emulator::exchange(b, sizeof b);
  for (int i = 0; i < M / 4; ++i) {
    double sum = value_at(d, SUM, i);
    for (int k = 0; k < K; ++k) sum += left[i / 2][k] * element(of_b, pair * 2 + i % 2, k, 0, 1);
    auto bits = encoded(sum, SUM);
    if (SUM == DType::i32) bits = static_cast<std::uint32_t>(static_cast<std::int64_t>(sum));
    constexpr int width = sizeof(Sum) * DS * 4 / M;
    std::memcpy(reinterpret_cast<std::byte*>(d) + i * width, &bits, width);
  }
}

template <DType TYPE, DType SUM, int M, int K, class O, class S, int AS, int BS, int DS, int CHAINS>
struct Warp {
  using Operand = O;
  using Sum = S;
  static constexpr int as = AS, bs = BS, ds = DS, chains = CHAINS;

  static void multiply(S (&d)[DS], const O (&a)[AS], const O (&b)[BS]) {
    multiply_warp<TYPE, SUM, M, K>(d, a, b);
  }
};
using Word = std::uint32_t;
using F16F32 = Warp<DType::f16, DType::f32, 16, 16, Word, float, 4, 2, 4, 8>;
using Bf16F32 = Warp<DType::bf16, DType::f32, 16, 16, Word, float, 4, 2, 4, 8>;
using F16 = Warp<DType::f16, DType::f16, 16, 16, Word, Word, 4, 2, 2, 8>;
using Tf32F32 = Warp<DType::tf32, DType::f32, 16, 8, Word, float, 4, 2, 4, 8>;
using Fp8F32 = Warp<DType::fp8, DType::f32, 16, 32, Word, float, 4, 2, 4, 8>;
using W8A8 = Warp<DType::i8, DType::i32, 16, 32, Word, int, 4, 2, 4, 8>;
using W4A4 = Warp<DType::i4, DType::i32, 16, 64, Word, int, 4, 2, 4, 8>;
using F64 = Warp<DType::f64, DType::f64, 8, 4, double, double, 1, 1, 2, 8>;
using F64Wide = Warp<DType::f64, DType::f64, 16, 16, double, double, 8, 4, 4, 4>;

}  // namespace roofmark::mma
