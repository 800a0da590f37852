// y = x W^T for 1 to 16 rows of x on the matrix units, W streamed once.  Each lane keeps a ring of
// 16-byte copies from global to shared memory under way, which goes on from one group of rows to
// the next: 4 KiB per warp, 128 KiB per multiprocessor at four blocks of eight warps, 96 at three.
// What a lane copied it reads itself, so that no barrier stands between.  x comes through L1.
#pragma once

#include "kernels/product.cuda.h"
#include "kernels/product_formats.cuh"

namespace roofmark {

constexpr int mma_warps = 8;

/// A block takes every gridDim-th group of rows; each of its units of 2^split_log2 warps has one
/// or two tiles of 8 rows, each warp of a unit every 2^split_log2-th round of the ring along k.
struct MmaProduct {
  ProductArguments given;
  int split_log2;           ///< 0 ... 3
  int row_steps, rounds;    ///< along k; rounds of all warps of a unit, some past the end
  int groups;               ///< of rows
  std::int64_t tile_bytes;  ///< of W
};

/// The ring of one warp.
template <class F, int kTiles>
struct Ring {
  static constexpr int stages = 8 / kTiles;

  uint4 weights[stages][kTiles][32];
  std::uint32_t scale_words[stages * kTiles * 32 * F::scale_words + (F::scale_words == 0 ? 4 : 0)];

  __device__ __forceinline__ std::uint32_t* scales(int stage, int tile, int lane) {
    return scale_words + ((stage * kTiles + tile) * 32 + lane) * F::scale_words;
  }
};

/// The weights of one lane, a round of the ring at a time.
template <class F, int kTiles, bool kWhole>
class WeightStream {
 public:
  using T = typename F::Element;
  static constexpr int stages = Ring<F, kTiles>::stages;

  __device__ __forceinline__ WeightStream(const MmaProduct& product, Ring<F, kTiles>& ring)
      : product_(product), ring_(ring), lane_(static_cast<int>(gpu::lane())) {
    const int warp = static_cast<int>(gpu::warp());
    part_ = warp & ((1 << product.split_log2) - 1);
    round_ = part_;
    tile_ = (static_cast<int>(blockIdx.x) * (mma_warps >> product.split_log2) +
             (warp >> product.split_log2)) *
            kTiles;
    begin();
  }

  /// Starts copying step `u` of the round to stage `u`.  Rows and columns that do not exist become
  /// zeros, and cost no traffic.
  __device__ __forceinline__ void copy(int u) {
#pragma unroll
    for (int t = 0; t < kTiles; ++t) {
      const bool inside = u < left_[t];
      const unsigned char* from = from_ + t * product_.tile_bytes + u * F::step_bytes;
      uint4* to = &ring_.weights[u][t][lane_];
      if constexpr (F::packed || kWhole) {
        gpu::copy_async16(to, from, inside);
      } else {
        const int column = (round_ * stages + u) * F::step_columns + lane_ % 4 * F::lane_columns;
        *to = inside ? gathered(reinterpret_cast<const T*>(from), product_.given.k - column)
                     : make_uint4(0, 0, 0, 0);
      }
      if constexpr (F::scale_words > 0) {
        const unsigned char* scales = scales_ + (t * product_.row_steps + u) * scale_step;
        if constexpr (F::scale_words == 4) {
          gpu::copy_async16(ring_.scales(u, t, lane_), scales, inside);
        } else {
          gpu::copy_async4(ring_.scales(u, t, lane_), scales, inside);
        }
      }
    }
    gpu::copy_async_commit();
  }

  /// On to the next round, of this group of rows or the block's next.
  __device__ __forceinline__ void advance() {
    round_ += 1 << product_.split_log2;
    if (round_ >= product_.rounds) {
      round_ = part_;
      tile_ += static_cast<int>(gridDim.x) * (mma_warps >> product_.split_log2) * kTiles;
    }
    begin();
  }

 private:
  static constexpr int scale_step = 16 * F::scale_words;  // bytes of 8 rows

  __device__ __forceinline__ void begin() {
    const int step = round_ * stages;
    from_ = static_cast<const unsigned char*>(product_.given.weights) +
            tile_ * product_.tile_bytes + step * F::step_bytes;
    from_ += F::packed ? lane_ * 16 : lane_ / 4 * (product_.tile_bytes / 8) + lane_ % 4 * 16;
    if constexpr (F::scale_words > 0) {
      scales_ = static_cast<const unsigned char*>(product_.given.scales) +
                (static_cast<std::int64_t>(tile_) * product_.row_steps + step) * scale_step +
                lane_ % 4 * 4 * F::scale_words;
    }
    const int row = tile_ * 8 + (F::packed ? 0 : lane_ / 4);
    const int steps = product_.row_steps - step;
    for (int t = 0; t < kTiles; ++t) {
      left_[t] = row + 8 * t < static_cast<int>(product_.given.n) ? steps : 0;
    }
  }

  const MmaProduct& product_;
  Ring<F, kTiles>& ring_;
  const unsigned char *from_ = nullptr, *scales_ = nullptr;
  int lane_, part_, round_, tile_, left_[kTiles];
};

/// Sums of the warps of a block, as their lanes hold them.
template <class F, int kTokens, int kTiles>
struct BlockSums {
  static constexpr int results = kTokens > 8 ? 4 : 2;

  typename F::Sum of[mma_warps][kTiles][results][32];
};

/// Adds up what the warps of each unit have and writes y.
template <class F, int kTokens, int kTiles>
ROOFMARK_DEVICE void write_results(const MmaProduct& product,
                                   const BlockSums<F, kTokens, kTiles>& sums, int group) {
  using T = typename F::Element;
  const ProductArguments& p = product.given;
  const unsigned rows = (mma_warps >> product.split_log2) * kTiles * 8;
  for (unsigned i = threadIdx.x; i < rows * static_cast<unsigned>(p.m); i += 32 * mma_warps) {
    const unsigned token = kTokens == 1 ? 0 : i / rows, local = kTokens == 1 ? i : i % rows;
    const std::int64_t row = static_cast<std::int64_t>(group) * rows + local;
    if (row >= p.n) continue;
    const unsigned lane = token % 8 * 4 + local % 8 / 2, which = token / 8 * 2 + local % 2;
    const unsigned first_warp = local / (8 * kTiles) << product.split_log2;
    typename F::Sum sum = 0;
#pragma unroll 1
    for (unsigned s = 0; s < 1u << product.split_log2; ++s) {
      sum += sums.of[first_warp + s][local / 8 % kTiles][which][lane];
    }
    static_cast<T*>(p.y)[token * p.n + row] =
        result_of<T>(static_cast<float>(sum) * F::unit,
                     p.requantization * output_scale<T, F::packed>(p.scales, row));
  }
}

/// The rows of x that a lane multiplies.  Those that x does not have repeat its first: what they
/// give is not used.
template <class F>
struct RowsOfX {
  using T = typename F::Element;

  const T *low, *high;
  int left;  ///< columns from there on

  __device__ __forceinline__ explicit RowsOfX(const ProductArguments& p) {
    const int lane = static_cast<int>(gpu::lane()), first_column = lane % 4 * F::lane_columns;
    const T* x = static_cast<const T*>(p.x) + first_column;
    low = x + (lane / 4 < p.m ? lane / 4 : 0) * p.k;
    high = x + (lane / 4 + 8 < p.m ? lane / 4 + 8 : 0) * p.k;
    left = static_cast<int>(p.k) - first_column;
  }
};

template <class F, int kTokens, int kTiles, bool kWhole, bool kOverlap>
__global__ void __launch_bounds__(32 * mma_warps, F::blocks) product_mma(MmaProduct product) {
  constexpr int stages = Ring<F, kTiles>::stages;
  auto* rings = gpu::shared_memory<Ring<F, kTiles>>();
  auto& sums = *reinterpret_cast<BlockSums<F, kTokens, kTiles>*>(rings + mma_warps);
  const int lane = static_cast<int>(gpu::lane()), warp = static_cast<int>(gpu::warp());
  const int split = 1 << product.split_log2;
  Ring<F, kTiles>& ring = rings[warp];

  if constexpr (kOverlap) gpu::allow_next_launch();
  WeightStream<F, kTiles, kWhole> stream(product, ring);
#pragma unroll
  for (int u = 0; u < stages; ++u) stream.copy(u);
  stream.advance();
  if constexpr (kOverlap) gpu::await_previous_launch();

  const RowsOfX<F> x(product.given);
  for (int group = static_cast<int>(blockIdx.x); group < product.groups;
       group += static_cast<int>(gridDim.x)) {
    typename F::Tile tiles[kTiles];
#pragma unroll 1
    for (int round = warp & (split - 1); round < product.rounds; round += split) {
      const int left = product.row_steps - round * stages;
#pragma unroll 1
      for (int u = 0; u < stages; ++u) {
        // A step behind the end has zeros for weights: any x will do.
        const int column = u < left ? (round * stages + u) * F::step_columns : 0;
        F of_x;
        of_x.template load<kWhole, kOverlap>(x.low + column, x.high + column, x.left - column);
        gpu::copy_async_wait<stages - 1>();
#pragma unroll
        for (int t = 0; t < kTiles; ++t) {
          of_x.multiply(tiles[t], ring.weights[u][t][lane], ring.scales(u, t, lane));
        }
        stream.copy(u);
      }
      stream.advance();
    }
#pragma unroll
    for (int t = 0; t < kTiles; ++t) {
#pragma unroll
      for (int i = 0; i < sums.results; ++i) sums.of[warp][t][i][lane] = tiles[t].at(i);
    }
    gpu::barrier();
    write_results(product, sums, group);
    gpu::barrier();
  }
  gpu::copy_async_wait<0>();
}

/// How the rows are dealt out: as few warps to a row as leave the device enough blocks.
template <class F, int kTokens, int kTiles>
MmaProduct mma_product(const ProductArguments& p) {
  // One row of x costs little to read again: then four groups for every resident block, which end
  // nearly together.  More of them are read from L2 by every block, so blocks take more rows of W,
  // the more so the fewer bytes those have.
  const std::int64_t wanted =
      kTokens == 1 ? 4 * F::blocks * p.sms : (F::packed ? 1 : 2) * p.sms * 7 / 8;
  const std::int64_t units = (p.n + 8 * kTiles - 1) / (8 * kTiles);
  constexpr int stages = Ring<F, kTiles>::stages;
  MmaProduct product{};
  product.given = p;
  product.row_steps = static_cast<int>((p.k + F::step_columns - 1) / F::step_columns);
  const int rounds = (product.row_steps + stages - 1) / stages;
  int& split_log2 = product.split_log2;
  while (split_log2 < 3 && (units << split_log2) / mma_warps < wanted && rounds >> split_log2 > 1) {
    ++split_log2;
  }
  const int group_units = mma_warps >> split_log2;
  product.rounds = (((rounds - 1) >> split_log2) + 1) << split_log2;
  product.groups = static_cast<int>((units + group_units - 1) / group_units);
  const auto row_bytes = p.k * static_cast<std::int64_t>(sizeof(typename F::Element));
  product.tile_bytes = F::packed ? std::int64_t{512} * product.row_steps : 8 * row_bytes;
  return product;
}

template <class F, int kTokens, int kTiles, bool kOverlap>
void launch_mma(const ProductArguments& p, void* stream) {
  const MmaProduct product = mma_product<F, kTokens, kTiles>(p);
  const int resident = F::blocks * p.sms;
  gpu::Grid grid;
  grid.x = static_cast<unsigned>(product.groups < resident ? product.groups : resident);
  grid.threads = 32 * mma_warps;
  grid.shared_bytes = mma_warps * sizeof(Ring<F, kTiles>) + sizeof(BlockSums<F, kTokens, kTiles>);
  const auto kernel = p.k % F::step_columns == 0 ? product_mma<F, kTokens, kTiles, true, kOverlap>
                                                 : product_mma<F, kTokens, kTiles, false, kOverlap>;
  if constexpr (kOverlap) {
    gpu::launch_overlapping(grid, stream, kernel, product);
  } else {
    gpu::launch(grid, stream, kernel, product);
  }
}

/// The format's kernel for up to kTokens rows of x.
template <int kTokens, bool kOverlap = false>
void launch_mma_product(const ProductArguments& p, void* stream) {
  constexpr bool high = kTokens > 8;
  constexpr int tiles = high ? 2 : 1, packed_tiles = 2;
  switch (p.type) {
    case ProductType::bf16:
      return launch_mma<DenseFormat<gpu::Bf16, high>, kTokens, tiles, kOverlap>(p, stream);
    case ProductType::f16:
      return launch_mma<DenseFormat<gpu::F16, high>, kTokens, tiles, kOverlap>(p, stream);
    case ProductType::w8a8:
      return launch_mma<DenseFormat<Int8, high>, kTokens, tiles, kOverlap>(p, stream);
    case ProductType::w4a16:
      return p.group == 32
                 ? launch_mma<Int4Half<32, high>, kTokens, tiles, kOverlap>(p, stream)
                 : launch_mma<Int4Half<128, high>, kTokens, packed_tiles, kOverlap>(p, stream);
    case ProductType::w4a8:
      return p.group == 32
                 ? launch_mma<Int4Int8<32, high>, kTokens, tiles, kOverlap>(p, stream)
                 : launch_mma<Int4Int8<128, high>, kTokens, packed_tiles, kOverlap>(p, stream);
    default:
      return;
  }
}

}  // namespace roofmark
