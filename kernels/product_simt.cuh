// y = x W^T for 1 to 4 rows of x on the ordinary cores.  A warp takes four rows of W, or a part of
// them, and reads 2 x 16 bytes per lane of each before it uses the first: 4 KiB in flight per warp,
// 128 KiB per multiprocessor at the four blocks of eight warps that registers allow (m = 1; 96 for
// two rows of x, 64 for more).  x comes through L1.
#pragma once

#include "kernels/product.cuda.h"
#include "kernels/product_vectors.cuh"

namespace roofmark {

constexpr int simt_warps = 8, simt_rows = 4;

/// Blocks per multiprocessor.
constexpr int simt_blocks(int tokens) { return tokens == 1 ? 4 : tokens == 2 ? 3 : 2; }

struct SimtProduct {
  ProductArguments given;
  int split_log2;  ///< of the warps that share rows, each with its part of k: 0 ... 3
};

/// sums[r][t] += w[r] . x[t] over one word of each.
template <int kTokens>
ROOFMARK_DEVICE void add_words(float (&sums)[simt_rows][kTokens],
                               const std::uint32_t (&w)[simt_rows],
                               const std::uint32_t (&x)[kTokens], float) {
  for (int t = 0; t < kTokens; ++t) {
    for (int r = 0; r < simt_rows; ++r) {
      sums[r][t] = fmaf(__uint_as_float(w[r]), __uint_as_float(x[t]), sums[r][t]);
    }
  }
}
template <int kTokens>
ROOFMARK_DEVICE void add_words(int (&sums)[simt_rows][kTokens], const std::uint32_t (&w)[simt_rows],
                               const std::uint32_t (&x)[kTokens], Int8) {
  for (int t = 0; t < kTokens; ++t) {
    for (int r = 0; r < simt_rows; ++r) {
      sums[r][t] = gpu::dot4(static_cast<int>(w[r]), static_cast<int>(x[t]), sums[r][t]);
    }
  }
}
template <int kTokens, class T>
ROOFMARK_DEVICE void add_words(float (&sums)[simt_rows][kTokens],
                               const std::uint32_t (&w)[simt_rows],
                               const std::uint32_t (&x)[kTokens], T) {
  float low[simt_rows], high[simt_rows];
  for (int r = 0; r < simt_rows; ++r) gpu::unpack<T>(w[r], low[r], high[r]);
  for (int t = 0; t < kTokens; ++t) {
    float x_low, x_high;
    gpu::unpack<T>(x[t], x_low, x_high);
    for (int r = 0; r < simt_rows; ++r) {
      sums[r][t] = fmaf(high[r], x_high, fmaf(low[r], x_low, sums[r][t]));
    }
  }
}

template <class T, int kTokens, bool kAligned>
struct SimtOperands {
  using Sum = typename SumOf<T>::type;
  static constexpr int elements = 16 / static_cast<int>(sizeof(T));
  static constexpr int unroll = kAligned ? 2 : 1;  // what is gathered takes registers

  const T* rows[simt_rows];
  const T* x[kTokens];
  std::int64_t k;

  /// Vectors v, v + stride, ... of all rows, read before the first is used.  Guarded: some of them
  /// lie behind the rows' end.
  template <bool kGuarded>
  __device__ __forceinline__ void add(Sum (&sums)[simt_rows][kTokens], int v, int stride) const {
    uint4 w[unroll][simt_rows];
#pragma unroll
    for (int u = 0; u < unroll; ++u) {
      const std::int64_t at = static_cast<std::int64_t>(v + u * stride) * elements;
#pragma unroll
      for (int r = 0; r < simt_rows; ++r) {
        w[u][r] = make_uint4(0, 0, 0, 0);
        if (!kAligned) {
          w[u][r] = gathered(rows[r] + at, k - at);
        } else if (!kGuarded || at < k) {
          w[u][r] = gpu::load16_once(rows[r] + at);
        }
      }
    }
#pragma unroll
    for (int u = 0; u < unroll; ++u) {
      const std::int64_t at = static_cast<std::int64_t>(v + u * stride) * elements;
      if (kGuarded && at >= k) break;
      uint4 of_x[kTokens];
#pragma unroll
      for (int t = 0; t < kTokens; ++t) {
        of_x[t] = kAligned ? gpu::load16(x[t] + at) : gathered(x[t] + at, k - at);
      }
      multiply(sums, w[u], of_x);
    }
  }

 private:
  static __device__ __forceinline__ void multiply(Sum (&sums)[simt_rows][kTokens],
                                                  const uint4 (&w)[simt_rows],
                                                  const uint4 (&of_x)[kTokens]) {
#pragma unroll
    for (int j = 0; j < 4; ++j) {
      std::uint32_t w_words[simt_rows], x_words[kTokens];
#pragma unroll
      for (int r = 0; r < simt_rows; ++r) w_words[r] = word(w[r], j);
#pragma unroll
      for (int t = 0; t < kTokens; ++t) x_words[t] = word(of_x[t], j);
      add_words(sums, w_words, x_words, T{});
    }
  }
  static __device__ __forceinline__ std::uint32_t word(const uint4& v, int j) {
    return j == 0 ? v.x : j == 1 ? v.y : j == 2 ? v.z : v.w;
  }
};

template <class T, int kTokens, bool kAligned>
__global__ void __launch_bounds__(32 * simt_warps, simt_blocks(kTokens))
    product_simt(SimtProduct product) {
  using Sum = typename SumOf<T>::type;
  using Operands = SimtOperands<T, kTokens, kAligned>;
  const ProductArguments& p = product.given;
  const int warp = static_cast<int>(gpu::warp());
  const int split = 1 << product.split_log2, units = simt_warps >> product.split_log2;
  const int part = warp & (split - 1);
  const std::int64_t block_row = static_cast<std::int64_t>(blockIdx.x) * units * simt_rows;
  const std::int64_t first_row = block_row + (warp >> product.split_log2) * simt_rows;

  Operands operands;
  operands.k = p.k;
  for (int r = 0; r < simt_rows; ++r) {  // rows behind the end repeat the last
    const std::int64_t row = first_row + r < p.n ? first_row + r : p.n - 1;
    operands.rows[r] = static_cast<const T*>(p.weights) + row * p.k;
  }
  for (int t = 0; t < kTokens; ++t) {
    operands.x[t] = static_cast<const T*>(p.x) + (t < p.m ? t : 0) * p.k;
  }
  Sum sums[simt_rows][kTokens] = {};
  const int stride = 32 * split, v = part * 32 + static_cast<int>(gpu::lane());
  const int vectors = static_cast<int>((p.k + Operands::elements - 1) / Operands::elements);
  int base = 0;
  for (; base + Operands::unroll * stride <= vectors; base += Operands::unroll * stride) {
    operands.template add<!kAligned>(sums, base + v, stride);
  }
  if (base < vectors) operands.template add<true>(sums, base + v, stride);

  constexpr int results = simt_rows * kTokens;
  __shared__ Sum partial[simt_warps][results];
  for (int i = 0; i < results; ++i) {
    const Sum sum = gpu::warp_sum(sums[i / kTokens][i % kTokens]);
    if (gpu::lane() == 0) partial[warp][i] = sum;
  }
  gpu::barrier();
  const int unit = static_cast<int>(threadIdx.x) / results,
            i = static_cast<int>(threadIdx.x) % results;
  const std::int64_t row = block_row + unit * simt_rows + i / kTokens;
  if (unit >= units || row >= p.n || i % kTokens >= p.m) return;
  Sum sum = 0;
  for (int s = 0; s < split; ++s) sum += partial[unit * split + s][i];
  static_cast<T*>(p.y)[i % kTokens * p.n + row] = result_of<T>(
      static_cast<float>(sum), p.requantization * output_scale<T, false>(p.scales, row));
}

/// As few warps to a row as leave 24 to a multiprocessor.
template <class T, int kTokens>
void launch_simt(const ProductArguments& p, void* stream) {
  const std::int64_t vectors = p.k * static_cast<std::int64_t>(sizeof(T)) / 16;
  const std::int64_t units = (p.n + simt_rows - 1) / simt_rows;
  int split_log2 = 0;
  while (split_log2 < 3 && (units << split_log2) < 24 * p.sms && vectors >> split_log2 >= 64) {
    ++split_log2;
  }
  const std::int64_t rows = (simt_warps >> split_log2) * simt_rows;
  gpu::Grid grid;
  grid.x = static_cast<unsigned>((p.n + rows - 1) / rows);
  grid.threads = 32 * simt_warps;
  const bool aligned = p.k * static_cast<std::int64_t>(sizeof(T)) % 16 == 0;
  gpu::launch(grid, stream,
              aligned ? product_simt<T, kTokens, true> : product_simt<T, kTokens, false>,
              SimtProduct{p, split_log2});
}

}  // namespace roofmark
