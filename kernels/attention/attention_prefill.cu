// Causal attention of many fresh tokens, after Dao 2023 (arXiv:2307.08691): a block takes some rows
// of one query head, goes through the keys they see in tiles, and keeps scores in registers.
#include "kernels/attention/attention.cuda.h"
#include "kernels/attention/attention_tile.cuh"

namespace roofmark {
namespace {

using namespace attention;
using gpu::Bf16;
using gpu::F16;

constexpr int warps = 4, threads = 32 * warps;

/// The same for all lanes, as the compiler then knows: it makes no provision for lanes that part.
ROOFMARK_DEVICE int warp_index() { return gpu::shuffle(static_cast<int>(gpu::warp()), 0); }

/// Rows of a block and keys of a tile.  A warp has 32 rows, because each load of a fragment of keys
/// then feeds four products and not two; of 256 elements, whose sums fill the registers, it has 16.
template <int D>
struct Tiling {
  using Layout = Rows<D, true>;
  static constexpr int row_pieces = D <= 128 ? 2 : 1;
  static constexpr int warp_rows = 16 * row_pieces, rows = warps * warp_rows;
  static constexpr int keys = D == 64 || D == 128 ? 64 : 32;  // 64 spill at 96
  static constexpr int query_bytes = rows * Layout::bytes, key_bytes = keys * Layout::bytes;
  static constexpr int shared_bytes = query_bytes + 2 * key_bytes;  // queries, keys, values
  static constexpr int blocks = D == 64 ? 3 : 2;                    // of a multiprocessor
  static_assert(shared_bytes <= 80 << 10, "two fit Hopper and Orin, one any part since Ampere");
};

template <int D>
struct Warp {
  static constexpr int pieces = Tiling<D>::row_pieces;
  Softmax<pieces> softmax;
  float sums[pieces][D / 8][4];
};

/// Scores of the warp's rows with one tile of keys.
template <class T, int D, int N>
ROOFMARK_DEVICE void score(float (&scores)[Warp<D>::pieces][N][4], const unsigned char* queries,
                           const unsigned char* keys) {
  const auto query_corner = Corner<typename Tiling<D>::Layout>::down_first(queries);
  const auto key_corner = Corner<typename Tiling<D>::Layout>::right_first(keys);
  clear(scores);
  ROOFMARK_UNROLL
  for (int step = 0; step < D / 16; ++step) {
    std::uint32_t a[Warp<D>::pieces][4];
    ROOFMARK_UNROLL
    for (int m = 0; m < Warp<D>::pieces; ++m)
      gpu::load_matrices(a[m], query_corner.of(16 * m, step));
    add_scores<T>(scores, a, key_corner, step);
  }
}

/// A row sees the keys up to its own position: `ahead` is the first key's position less the first
/// row's.
template <int M, int N>
ROOFMARK_DEVICE void hide_later(float (&scores)[M][N][4], int ahead) {
  const int row = gpu::lane() / 4, column = gpu::lane() % 4 * 2;
  ROOFMARK_UNROLL
  for (int m = 0; m < M; ++m) {
    ROOFMARK_UNROLL
    for (int n = 0; n < N; ++n) {
      ROOFMARK_UNROLL
      for (int i = 0; i < 4; ++i) {
        const int later = ahead + 8 * n + column + i % 2 - (16 * m + row + i / 2 * 8);
        if (later > 0) scores[m][n][i] = -INFINITY;
      }
    }
  }
}

/// All tiles that the block's rows see.  Keys arrive while the last tile's values are multiplied,
/// values while keys are.  `position` is that of the block's first row.
template <class T, int D>
ROOFMARK_DEVICE void attend(Warp<D>& warp, const Keys& keys, const Keys& values, int position,
                            int tiles, float scale) {
  using G = Tiling<D>;
  unsigned char* shared = gpu::shared_memory<unsigned char>();
  unsigned char* key_tile = shared + G::query_bytes;
  unsigned char* value_tile = key_tile + G::key_bytes;
  const int thread = threadIdx.x, warp_row = warp_index() * G::warp_rows;
  const unsigned char* queries = shared + warp_row * G::Layout::bytes;
  for (int tile = 0; tile < tiles; ++tile) {
    const int first = tile * G::keys, ahead = first - (position + warp_row);
    const bool seen = ahead < G::warp_rows;  // by any row of this warp
    gpu::copy_async_wait<0>();
    gpu::barrier();  // keys are there, and the values before them are used up
    values.copy<typename G::Layout, G::keys, threads>(value_tile, thread, first);
    gpu::copy_async_commit();
    float scores[Warp<D>::pieces][G::keys / 8][4];
    if (seen) score<T, D>(scores, queries, key_tile);
    gpu::copy_async_wait<0>();
    gpu::barrier();  // values are there, and the keys are used up
    if (tile + 1 < tiles)
      keys.copy<typename G::Layout, G::keys, threads>(key_tile, thread, first + G::keys);
    gpu::copy_async_commit();
    if (!seen) continue;
    if (ahead + G::keys > 1) hide_later(scores, ahead);
    std::uint32_t weights[Warp<D>::pieces][G::keys / 16][4];
    warp.softmax.template weigh<T>(weights, scores, warp.sums, scale);
    add_values<T>(warp.sums, weights, Corner<typename Tiling<D>::Layout>::down_first(value_tile));
  }
}

/// The warp's rows, `rows` of which exist, by way of `staging`, its own part of shared memory.
template <class T, int D>
ROOFMARK_DEVICE void store_rows(Warp<D>& warp, unsigned char* staging, unsigned char* out,
                                long long step, int rows) {
  using Layout = typename Tiling<D>::Layout;
  warp.softmax.finish();
  const int row = gpu::lane() / 4, byte = gpu::lane() % 4 * 4;
  ROOFMARK_UNROLL
  for (int m = 0; m < Warp<D>::pieces; ++m) {
    ROOFMARK_UNROLL
    for (int h = 0; h < 2; ++h) {
      const float inverse = gpu::reciprocal_approx(warp.softmax.sum[m][h]);
      ROOFMARK_UNROLL
      for (int d = 0; d < D / 8; ++d) {
        const float(&sum)[4] = warp.sums[m][d];
        *reinterpret_cast<std::uint32_t*>(staging + Layout::place(16 * m + 8 * h + row, d) + byte) =
            gpu::pack<T>(sum[2 * h] * inverse, sum[2 * h + 1] * inverse);
      }
    }
  }
  gpu::warp_barrier();
  constexpr int pieces = D / 8;
  for (int i = gpu::lane(); i < rows * pieces; i += 32) {
    const int r = i / pieces, piece = i % pieces;
    gpu::store16_once(out + r * step + piece * 16,
                      *reinterpret_cast<const uint4*>(staging + Layout::place(r, piece)));
  }
}

template <class T, int D>
__global__ void __launch_bounds__(threads, Tiling<D>::blocks)
    prefill_attention(const AttentionArguments a, float scale) {
  using G = Tiling<D>;
  constexpr int row_bytes = 2 * D;
  // Blocks with the most keys come first; heads that share keys come together.
  const int head = blockIdx.x % a.heads, others = blockIdx.x / a.heads;
  const int sequence = others % a.queries;
  const int first_row = ((a.fresh + G::rows - 1) / G::rows - 1 - others / a.queries) * G::rows;
  const int rows = a.fresh - first_row < G::rows ? a.fresh - first_row : G::rows;
  const int group = a.heads / a.kv_heads, kv_head = head / group;
  const long long token = static_cast<long long>(sequence) * a.fresh;
  const long long query_at = ((token + first_row) * a.heads + head) * row_bytes;
  const long long fresh_at = (token * a.kv_heads + kv_head) * row_bytes;
  const int query_step = a.heads * row_bytes, fresh_step = a.kv_heads * row_bytes;
  const int count = a.cached + a.fresh;
  const long long cache_at =
      (static_cast<long long>(sequence) * a.kv_heads + kv_head) * count * row_bytes;
  const auto at = [](const void* p, long long offset) {
    return static_cast<const unsigned char*>(p) + offset;
  };
  const Keys keys{at(a.k_cache, cache_at), at(a.k, fresh_at), fresh_step, a.cached, count};
  const Keys values{at(a.v_cache, cache_at), at(a.v, fresh_at), fresh_step, a.cached, count};
  unsigned char* shared = gpu::shared_memory<unsigned char>();
  const unsigned char* q = at(a.q, query_at);
  copy_valid_rows<typename G::Layout, G::rows, threads>(shared, threadIdx.x, rows, [&](int row) {
    return q + static_cast<long long>(row) * query_step;
  });
  keys.copy<typename G::Layout, G::keys, threads>(shared + G::query_bytes, threadIdx.x, 0);
  gpu::copy_async_commit();
  Warp<D> warp;
  warp.softmax.start();
  clear(warp.sums);
  const int position = a.cached + first_row;
  attend<T, D>(warp, keys, values, position, (position + rows + G::keys - 1) / G::keys, scale);
  gpu::copy_async_wait<0>();
  const int warp_row = warp_index() * G::warp_rows;
  const int left = rows - warp_row < G::warp_rows ? rows - warp_row : G::warp_rows;
  unsigned char* out = static_cast<unsigned char*>(a.out) + query_at;
  store_rows<T, D>(warp, shared + warp_row * G::Layout::bytes,
                   out + static_cast<long long>(warp_row) * query_step, query_step, left);
  if (head % group != 0) return;
  const long long here = cache_at + static_cast<long long>(position) * row_bytes;
  const long long from = static_cast<long long>(first_row) * fresh_step;
  append<D>(static_cast<unsigned char*>(a.k_cache) + here, keys.fresh + from, fresh_step, rows,
            threadIdx.x, threads);
  append<D>(static_cast<unsigned char*>(a.v_cache) + here, values.fresh + from, fresh_step, rows,
            threadIdx.x, threads);
}

template <class T, int D>
void launch_prefill(const AttentionArguments& a, void* stream) {
  using G = Tiling<D>;
  gpu::Grid grid;
  grid.x = static_cast<unsigned>((a.fresh + G::rows - 1) / G::rows) *
           static_cast<unsigned>(a.heads) * static_cast<unsigned>(a.queries);
  grid.threads = threads;
  grid.shared_bytes = G::shared_bytes;
  gpu::launch(grid, stream, prefill_attention<T, D>, a, score_scale(D));
}

template <class T>
void launch_prefill(const AttentionArguments& a, void* stream) {
  if (a.head_dim == 64) launch_prefill<T, 64>(a, stream);
  if (a.head_dim == 96) launch_prefill<T, 96>(a, stream);
  if (a.head_dim == 128) launch_prefill<T, 128>(a, stream);
  if (a.head_dim == 256) launch_prefill<T, 256>(a, stream);
}

}  // namespace

void launch_attention_prefill(const AttentionArguments& a, void* stream) {
  a.bf16 ? launch_prefill<Bf16>(a, stream) : launch_prefill<F16>(a, stream);
}

}  // namespace roofmark
