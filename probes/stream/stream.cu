// Loads and stores of 16 bytes, as many under way as hide the latency.  What a read does with its
// words (two additions of three terms per load) takes an eighth of the issue slots at L1 and next
// to none further out.
//   read   1 load  per vector         copy   1 load, 1 store
//   write  1 store per vector         triad  2 loads, 1 store, 4 multiply-adds
#include "core/gpu.cuh"
#include "probes/stream/stream.cuda.h"

namespace roofmark {
namespace {

using Byte = unsigned char;
using gpu::launch;

ROOFMARK_DEVICE unsigned sum_of(uint4 v) { return v.x + v.y + v.z + v.w; }

ROOFMARK_DEVICE void keep_sum(unsigned sum, unsigned* sums) {
  for (int mask = 16; mask > 0; mask /= 2) {
    sum += static_cast<unsigned>(gpu::shuffle_xor(static_cast<int>(sum), mask));
  }
  if (gpu::lane() == 0) sums[(blockIdx.x * blockDim.x + threadIdx.x) / 32] = sum;
}

template <bool DRAM>
ROOFMARK_DEVICE uint4 load(const void* p) {
  return DRAM ? gpu::load16_once(p) : gpu::load16_l2(p);
}
template <bool DRAM>
ROOFMARK_DEVICE void store(void* p, uint4 v) {
  if (DRAM) {
    gpu::store16_once(p, v);
  } else {
    gpu::store16(p, v);
  }
}

/// turn(offset of this thread in the arrays) for each of the block's tiles.  At each pass a block
/// takes its neighbour's tiles, so that no L1 could hold what it reads next.
template <std::int64_t TILE, class Turn>
ROOFMARK_DEVICE void for_each_tile(std::int64_t tiles, std::int64_t passes, Turn turn) {
  unsigned first = blockIdx.x;
  for (std::int64_t pass = 0; pass < passes; ++pass) {
    for (std::int64_t tile = first; tile < tiles; tile += gridDim.x) {
      turn(tile * TILE + threadIdx.x * 16);
    }
    if (++first == gridDim.x) first = 0;
  }
}

constexpr int step = 16 * stream_threads;  // bytes between two accesses of a thread

template <bool DRAM>
__global__ void __launch_bounds__(stream_threads, stream_blocks)
    read_kernel(const Byte* b, std::int64_t tiles, std::int64_t passes, unsigned* sums) {
  constexpr int unroll = stream_unroll(false, DRAM);
  unsigned sum = 0;
  for_each_tile<unroll * step>(tiles, passes, [&](std::int64_t at) {
    uint4 v[unroll];
#pragma unroll
    for (int i = 0; i < unroll; ++i) v[i] = load<DRAM>(b + at + i * step);
#pragma unroll
    for (int i = 0; i < unroll; ++i) sum += sum_of(v[i]);
  });
  keep_sum(sum, sums);
}

template <bool DRAM>
__global__ void __launch_bounds__(stream_threads, stream_blocks)
    write_kernel(Byte* a, std::int64_t tiles, std::int64_t passes, uint4 s) {
  constexpr int unroll = stream_unroll(false, DRAM);
  for_each_tile<unroll * step>(tiles, passes, [&](std::int64_t at) {
#pragma unroll
    for (int i = 0; i < unroll; ++i) {
      const std::int64_t vector = (at + i * step) / 16;
      store<DRAM>(a + at + i * step,
                  make_uint4(stream_written(s.x, vector), stream_written(s.y, vector),
                             stream_written(s.z, vector), stream_written(s.w, vector)));
    }
  });
}

template <bool DRAM>
__global__ void __launch_bounds__(stream_threads, stream_blocks)
    copy_kernel(Byte* a, const Byte* b, std::int64_t tiles, std::int64_t passes) {
  constexpr int unroll = stream_unroll(false, DRAM);
  for_each_tile<unroll * step>(tiles, passes, [&](std::int64_t at) {
    uint4 v[unroll];
#pragma unroll
    for (int i = 0; i < unroll; ++i) v[i] = load<DRAM>(b + at + i * step);
#pragma unroll
    for (int i = 0; i < unroll; ++i) store<DRAM>(a + at + i * step, v[i]);
  });
}

ROOFMARK_DEVICE unsigned multiply_add_bits(unsigned s, unsigned c, unsigned b) {
  return __float_as_uint(fmaf(__uint_as_float(s), __uint_as_float(c), __uint_as_float(b)));
}

template <bool DRAM>
__global__ void __launch_bounds__(stream_threads, stream_blocks)
    triad_kernel(Byte* a, const Byte* b, const Byte* c, std::int64_t tiles, std::int64_t passes,
                 uint4 s) {
  constexpr int unroll = stream_unroll(true, DRAM);
  for_each_tile<unroll * step>(tiles, passes, [&](std::int64_t at) {
    uint4 x[unroll], y[unroll];
#pragma unroll
    for (int i = 0; i < unroll; ++i) {
      x[i] = load<DRAM>(b + at + i * step);
      y[i] = load<DRAM>(c + at + i * step);
    }
#pragma unroll
    for (int i = 0; i < unroll; ++i) {
      store<DRAM>(a + at + i * step, make_uint4(multiply_add_bits(s.x, y[i].x, x[i].x),
                                                multiply_add_bits(s.y, y[i].y, x[i].y),
                                                multiply_add_bits(s.z, y[i].z, x[i].z),
                                                multiply_add_bits(s.w, y[i].w, x[i].w)));
    }
  });
}

constexpr int near_step = 16 * near_threads;

/// `passes` passes over the near_bytes from `b`.  At each pass a warp reads
/// what its neighbour read before: ptxas keeps in registers what is read twice from one place, even
/// by volatile assembly.
template <class Load>
ROOFMARK_DEVICE unsigned sum_of_passes(const Byte* b, std::int64_t passes, Load load16) {
  constexpr int unroll = near_bytes / near_step;
  unsigned sum = 0, at = threadIdx.x * 16;
#pragma unroll 1
  for (std::int64_t pass = 0; pass < passes; ++pass) {
    uint4 v[unroll];
#pragma unroll
    for (int i = 0; i < unroll; ++i) v[i] = load16(b + at + i * near_step);
#pragma unroll
    for (int i = 0; i < unroll; ++i) sum += sum_of(v[i]);
    at = (at + 512) % near_step;
  }
  return sum;
}

__global__ void __launch_bounds__(near_threads, 1)
    read_l1_kernel(const Byte* b, std::int64_t passes, unsigned* sums) {
  keep_sum(sum_of_passes(b, passes, [](const Byte* p) { return gpu::load16(p); }), sums);
}

__global__ void __launch_bounds__(near_threads, 1)
    read_shared_kernel(const Byte* b, std::int64_t passes, unsigned* sums) {
  __shared__ uint4 kept[near_bytes / 16];
  auto* shared = reinterpret_cast<Byte*>(kept);
#pragma unroll 1
  for (int at = threadIdx.x * 16; at < near_bytes; at += near_step) {
    gpu::store16(shared + at, gpu::load16(b + at));
  }
  gpu::barrier();
  const auto load16 = [](const Byte* p) { return *reinterpret_cast<const uint4*>(p); };
  keep_sum(sum_of_passes(shared, passes, load16), sums);
}

gpu::Grid grid_of(const GpuStream& arrays) { return {arrays.blocks, 1, 1, stream_threads, 0}; }
Byte* bytes(void* p) { return static_cast<Byte*>(p); }
const Byte* bytes(const void* p) { return static_cast<const Byte*>(p); }
uint4 scalar(const GpuStream& arrays) {
  return make_uint4(arrays.scalar[0], arrays.scalar[1], arrays.scalar[2], arrays.scalar[3]);
}

}  // namespace

void launch_stream_read(const GpuStream& arrays, GpuLevel level, void* stream) {
  if (level == GpuLevel::l1 || level == GpuLevel::shared) {
    launch({arrays.blocks, 1, 1, near_threads, 0}, stream,
           level == GpuLevel::l1 ? read_l1_kernel : read_shared_kernel, bytes(arrays.b),
           arrays.passes, arrays.sums);
    return;
  }
  launch(grid_of(arrays), stream, level == GpuLevel::dram ? read_kernel<true> : read_kernel<false>,
         bytes(arrays.b), arrays.tiles, arrays.passes, arrays.sums);
}

void launch_stream_write(const GpuStream& arrays, GpuLevel level, void* stream) {
  launch(grid_of(arrays), stream,
         level == GpuLevel::dram ? write_kernel<true> : write_kernel<false>, bytes(arrays.a),
         arrays.tiles, arrays.passes, scalar(arrays));
}

void launch_stream_copy(const GpuStream& arrays, GpuLevel level, void* stream) {
  launch(grid_of(arrays), stream, level == GpuLevel::dram ? copy_kernel<true> : copy_kernel<false>,
         bytes(arrays.a), bytes(arrays.b), arrays.tiles, arrays.passes);
}

void launch_stream_triad(const GpuStream& arrays, GpuLevel level, void* stream) {
  launch(grid_of(arrays), stream,
         level == GpuLevel::dram ? triad_kernel<true> : triad_kernel<false>, bytes(arrays.a),
         bytes(arrays.b), bytes(arrays.c), arrays.tiles, arrays.passes, scalar(arrays));
}

}  // namespace roofmark
