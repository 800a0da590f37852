// Attention of one fresh token per sequence: each block streams a piece of one head's keys and
// values, which all query heads of that key/value head share; the last block to end adds pieces up.
#include "kernels/attention/attention.cuda.h"
#include "kernels/attention/attention_tile.cuh"

namespace roofmark {
namespace {

using namespace attention;
using gpu::Bf16;
using gpu::F16;

constexpr int row_limit = most_decode_heads;

/// Warps stream tiles of 16 keys on their own, `stages` of them under way at a time: 96 KiB a
/// block, of which two fit a multiprocessor of Hopper and one that of any part since Ampere.
template <int D>
struct Ring {
  using Layout = Rows<D, false>;
  static constexpr int warps = D == 256 ? 2 : 4, threads = 32 * warps;
  static constexpr int tile_bytes = 2 * decode_tile_keys * 2 * D;  // keys, then values
  static constexpr int stages = (96 << 10) / (warps * tile_bytes);
  static_assert(stages >= 3, "one is used while two are under way");
};

/// What is left of the warps' streams when they end; in the memory the tiles had.
template <int D>
struct Merging {
  static constexpr int warps = Ring<D>::warps, step = D + 8;  // rows 8 banks apart
  float sums[warps][row_limit][step];
  float tops[warps][row_limit], weights[warps][row_limit];
  unsigned before;  ///< blocks of this head that ended before
  static_assert(warps * row_limit * (step + 2) * 4 + 4 <= 96 << 10, "fits");
};

/// The fragments of Q: one row per query head, zeros below the last.
template <int D>
ROOFMARK_DEVICE void load_queries(std::uint32_t (&a)[D / 16][4], const unsigned char* q,
                                  int heads) {
  const int row = gpu::lane() / 4, column = gpu::lane() % 4 * 2;
  ROOFMARK_UNROLL
  for (int step = 0; step < D / 16; ++step) {
    ROOFMARK_UNROLL
    for (int i = 0; i < 4; ++i) {
      const int r = row + i % 2 * 8, c = step * 16 + column + i / 2 * 8;
      a[step][i] = r < heads ? *reinterpret_cast<const std::uint32_t*>(q + (r * D + c) * 2) : 0;
    }
  }
}

/// One warp's rows of weighted sums.
template <int D>
struct Stream {
  Softmax<1> softmax;
  float sums[1][D / 8][4];
};

template <class T, int D>
ROOFMARK_DEVICE void take_tile(Stream<D>& stream, const std::uint32_t (&q)[D / 16][4],
                               const unsigned char* tile, int keys_left, float scale) {
  constexpr int keys = decode_tile_keys;
  const auto key_corner = Corner<typename Ring<D>::Layout>::right_first(tile);
  const auto value_corner = Corner<typename Ring<D>::Layout>::down_first(tile + keys * 2 * D);
  float scores[1][keys / 8][4];
  clear(scores);
  ROOFMARK_UNROLL
  for (int step = 0; step < D / 16; ++step) {
    const std::uint32_t a[1][4] = {{q[step][0], q[step][1], q[step][2], q[step][3]}};
    add_scores<T>(scores, a, key_corner, step);
  }
  if (keys_left < keys) {
    ROOFMARK_UNROLL
    for (int i = 0; i < keys / 2; ++i) {
      const int key = i / 4 * 8 + gpu::lane() % 4 * 2 + i % 2;
      if (key >= keys_left) scores[0][i / 4][i % 4] = -INFINITY;
    }
  }
  std::uint32_t weights[1][1][4];
  stream.softmax.template weigh<T>(weights, scores, stream.sums, scale);
  add_values<T>(stream.sums, weights, value_corner);
}

/// Streams tiles first, first + warps, ... below `end`.
template <class T, int D>
ROOFMARK_DEVICE void stream_tiles(Stream<D>& stream, const std::uint32_t (&q)[D / 16][4],
                                  const Keys& keys, const Keys& values, int first, int end,
                                  float scale) {
  using R = Ring<D>;
  const int lane = gpu::lane();
  unsigned char* ring =
      gpu::shared_memory<unsigned char>() + gpu::warp() * (R::stages * R::tile_bytes);
  const auto fetch = [&](int tile, int stage) {
    unsigned char* to = ring + stage * R::tile_bytes;
    if (tile < end) {
      keys.copy<typename R::Layout, decode_tile_keys, 32>(to, lane, tile * decode_tile_keys);
      values.copy<typename R::Layout, decode_tile_keys, 32>(to + R::tile_bytes / 2, lane,
                                                            tile * decode_tile_keys);
    }
    gpu::copy_async_commit();
  };
  for (int stage = 0; stage < R::stages - 1; ++stage) fetch(first + stage * R::warps, stage);
  int stage = 0, freed = R::stages - 1;
  for (int tile = first; tile < end; tile += R::warps) {
    gpu::copy_async_wait<R::stages - 2>();
    gpu::warp_barrier();  // the tile is there, and all lanes have left the one before
    fetch(tile + (R::stages - 1) * R::warps, freed);
    take_tile<T, D>(stream, q, ring + stage * R::tile_bytes, keys.count - tile * decode_tile_keys,
                    scale);
    freed = stage;
    stage = stage + 1 == R::stages ? 0 : stage + 1;
  }
  gpu::copy_async_wait<0>();
}

template <int D>
ROOFMARK_DEVICE void keep(Merging<D>& merging, const Stream<D>& stream, int heads) {
  const int warp = gpu::warp(), column = gpu::lane() % 4 * 2;
  ROOFMARK_UNROLL
  for (int h = 0; h < 2; ++h) {
    const int row = gpu::lane() / 4 + 8 * h;
    if (row >= heads) continue;
    if (column == 0) {
      merging.tops[warp][row] = stream.softmax.top[0][h];
      merging.weights[warp][row] = stream.softmax.sum[0][h];
    }
    ROOFMARK_UNROLL
    for (int d = 0; d < D / 8; ++d) {
      float* to = &merging.sums[warp][row][d * 8 + column];
      *reinterpret_cast<float2*>(to) =
          make_float2(stream.sums[0][d][2 * h], stream.sums[0][d][2 * h + 1]);
    }
  }
}

/// Weighted sums of four columns of one row, the weights being relative to `top`.
struct Piece {
  float4 sum;
  float top, weight;

  __device__ __forceinline__ void add(const Piece& other, float scale) {
    const float most = fmaxf(top, other.top);
    const float mine = gpu::exp2_approx((top - most) * scale);
    const float its = gpu::exp2_approx((other.top - most) * scale);
    sum.x = sum.x * mine + other.sum.x * its;
    sum.y = sum.y * mine + other.sum.y * its;
    sum.z = sum.z * mine + other.sum.z * its;
    sum.w = sum.w * mine + other.sum.w * its;
    weight = weight * mine + other.weight * its;
    top = most;
  }
};

template <class T>
ROOFMARK_DEVICE void store(unsigned char* out, const Piece& piece) {
  const float inverse = gpu::reciprocal_approx(piece.weight);
  *reinterpret_cast<uint2*>(out) =
      make_uint2(gpu::pack<T>(piece.sum.x * inverse, piece.sum.y * inverse),
                 gpu::pack<T>(piece.sum.z * inverse, piece.sum.w * inverse));
}

/// What the warps of this block have of one piece.  The first warp of a block has at least one key.
template <int D>
ROOFMARK_DEVICE Piece merged(const Merging<D>& merging, int row, int column, float scale) {
  Piece all;
  for (int warp = 0; warp < Ring<D>::warps; ++warp) {
    const Piece one{*reinterpret_cast<const float4*>(&merging.sums[warp][row][column]),
                    merging.tops[warp][row], merging.weights[warp][row]};
    if (warp == 0) all = one;
    if (warp > 0) all.add(one, scale);
  }
  return all;
}

/// A row in working memory: D sums, the top, the weight, two words unused.
template <int D>
ROOFMARK_DEVICE Piece partial(const float* row, int column) {
  const uint4 sum = gpu::load16_coherent(row + column), rest = gpu::load16_coherent(row + D);
  return {make_float4(__uint_as_float(sum.x), __uint_as_float(sum.y), __uint_as_float(sum.z),
                      __uint_as_float(sum.w)),
          __uint_as_float(rest.x), __uint_as_float(rest.y)};
}

/// Adds this block's part to the other splits': the last block to come here writes the output.
template <class T, int D>
ROOFMARK_DEVICE void add_splits(const AttentionArguments& a, Merging<D>& merging, int head_group,
                                int heads, unsigned char* out, float scale) {
  constexpr int step = D + 4, pieces = D / 4;
  float* rows = a.partials + static_cast<long long>(head_group) * a.splits * heads * step;
  float* mine = rows + blockIdx.x % a.splits * heads * step;
  for (int i = threadIdx.x; i < heads * pieces; i += Ring<D>::threads) {
    const int row = i / pieces, column = i % pieces * 4;
    const Piece piece = merged(merging, row, column, scale);
    float* to = mine + row * step;
    *reinterpret_cast<float4*>(to + column) = piece.sum;
    if (column == 0) *reinterpret_cast<float2*>(to + D) = make_float2(piece.top, piece.weight);
  }
  __threadfence();  // the part is seen before the count is
  gpu::barrier();
  if (threadIdx.x == 0) merging.before = atomicAdd(a.counters + head_group, 1u);
  gpu::barrier();
  if (merging.before != static_cast<unsigned>(a.splits) - 1) return;
  __threadfence();
  if (threadIdx.x == 0) a.counters[head_group] = 0;
  for (int i = threadIdx.x; i < heads * pieces; i += Ring<D>::threads) {
    const int row = i / pieces, column = i % pieces * 4;
    Piece all = partial<D>(rows + row * step, column);
    for (int split = 1; split < a.splits; ++split)
      all.add(partial<D>(rows + (split * heads + row) * step, column), scale);
    store<T>(out + (row * D + column) * 2, all);
  }
}

template <class T, int D>
__global__ void __launch_bounds__(Ring<D>::threads)
    decode_attention(const AttentionArguments a, float scale) {
  const int head_group = blockIdx.x / a.splits, split = blockIdx.x % a.splits;
  const int heads = a.heads / a.kv_heads;
  const long long rows_before = static_cast<long long>(head_group) * heads;
  const long long cache_at = static_cast<long long>(head_group) * (a.cached + 1) * (2 * D);
  const long long fresh_at = static_cast<long long>(head_group) * (2 * D);
  const auto at = [](const void* p, long long offset) {
    return static_cast<const unsigned char*>(p) + offset;
  };
  const Keys keys{at(a.k_cache, cache_at), at(a.k, fresh_at), 0, a.cached, a.cached + 1};
  const Keys values{at(a.v_cache, cache_at), at(a.v, fresh_at), 0, a.cached, a.cached + 1};
  if (split == a.splits - 1) {
    const long long here = cache_at + static_cast<long long>(a.cached) * (2 * D);
    append<D>(static_cast<unsigned char*>(a.k_cache) + here, keys.fresh, 0, 1, threadIdx.x,
              Ring<D>::threads);
    append<D>(static_cast<unsigned char*>(a.v_cache) + here, values.fresh, 0, 1, threadIdx.x,
              Ring<D>::threads);
  }
  std::uint32_t q[D / 16][4];
  load_queries<D>(q, at(a.q, rows_before * (2 * D)), heads);
  Stream<D> stream;
  stream.softmax.start();
  clear(stream.sums);
  const int tiles = (keys.count + decode_tile_keys - 1) / decode_tile_keys;
  const int begin = split * a.split_tiles;
  const int end = begin + a.split_tiles < tiles ? begin + a.split_tiles : tiles;
  stream_tiles<T, D>(stream, q, keys, values, begin + static_cast<int>(gpu::warp()), end, scale);
  stream.softmax.finish();
  gpu::barrier();  // every warp has left its tiles
  auto& merging = *gpu::shared_memory<Merging<D>>();
  keep(merging, stream, heads);
  gpu::barrier();
  unsigned char* out = static_cast<unsigned char*>(a.out) + rows_before * (2 * D);
  if (a.splits > 1) {
    add_splits<T, D>(a, merging, head_group, heads, out, scale);
    return;
  }
  for (int i = threadIdx.x; i < heads * (D / 4); i += Ring<D>::threads) {
    const int row = i / (D / 4), column = i % (D / 4) * 4;
    store<T>(out + (row * D + column) * 2, merged(merging, row, column, scale));
  }
}

/// use(kernel, threads, shared bytes) of that head dimension.
template <class T, class Use>
void with_kernel(int head_dim, Use use) {
  const auto of = [&](auto ring, auto kernel) {
    constexpr unsigned warps = decltype(ring)::warps;
    use(kernel, 32 * warps, warps * decltype(ring)::stages * decltype(ring)::tile_bytes);
  };
  if (head_dim == 64) of(Ring<64>{}, decode_attention<T, 64>);
  if (head_dim == 96) of(Ring<96>{}, decode_attention<T, 96>);
  if (head_dim == 128) of(Ring<128>{}, decode_attention<T, 128>);
  if (head_dim == 256) of(Ring<256>{}, decode_attention<T, 256>);
}

}  // namespace

DecodeBlocks decode_blocks(bool bf16, int head_dim) {
  DecodeBlocks blocks{};
  const auto ask = [&](auto kernel, unsigned threads, unsigned shared_bytes) {
    blocks = {static_cast<int>(threads / 32), gpu::resident_blocks(kernel, threads, shared_bytes)};
  };
  bf16 ? with_kernel<Bf16>(head_dim, ask) : with_kernel<F16>(head_dim, ask);
  return blocks;
}

void launch_attention_decode(const AttentionArguments& a, void* stream) {
  const auto start = [&](auto kernel, unsigned threads, unsigned shared_bytes) {
    gpu::Grid grid;
    grid.x = static_cast<unsigned>(a.queries) * static_cast<unsigned>(a.kv_heads) *
             static_cast<unsigned>(a.splits);
    grid.threads = threads;
    grid.shared_bytes = shared_bytes;
    gpu::launch(grid, stream, kernel, a, score_scale(a.head_dim));
  };
  a.bf16 ? with_kernel<Bf16>(a.head_dim, start) : with_kernel<F16>(a.head_dim, start);
}

}  // namespace roofmark
