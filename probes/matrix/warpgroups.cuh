// The kernel body of every wgmma probe: two warpgroups, their tiles in shared memory, d in
// registers.
#pragma once

#include "probes/matrix/matrix.cuda.h"
#include "probes/matrix/wgmma.cuh"
#include "probes/times.cuh"

namespace roofmark {

constexpr unsigned tile_row_bytes = matrix_cycle * wgmma_k_bytes;
static_assert(tile_row_bytes == 128, "a swizzled row is 128 bytes");
constexpr unsigned a_rows = wgmma_warpgroups * wgmma_m;
constexpr unsigned tile_alignment = 1024;

/// Byte offset of 16-byte chunk `chunk` of row `row`: the 8 chunks of a row trade places by the
/// row's number, so that a chunk of 8 rows lies in different banks.
ROOFMARK_DEVICE unsigned tile_offset(unsigned row, unsigned chunk) {
  return row * tile_row_bytes + (chunk ^ row % 8) * 16;
}

/// Where a tile lies whose rows are written so: its address, a multiple of tile_alignment, and the
/// distance from 8 rows to the next 8, both in units of 16 bytes, and the kind of swizzle.  Adding
/// wgmma_k_bytes / 16 moves on along k.
/// Source: PTX ISA, "Matrix Descriptor Format" of wgmma.
ROOFMARK_DEVICE std::uint64_t descriptor(const void* tile) {
  constexpr std::uint64_t swizzle_128_bytes = 1, not_used_with_it = 1;
  constexpr std::uint64_t eight_rows = 8 * tile_row_bytes / 16;
  return (gpu::shared_address(tile) & 0x3ffff) >> 4 | not_used_with_it << 16 | eight_rows << 32 |
         swizzle_128_bytes << 62;
}

/// Writes `rows` rows, dense in global memory, as wgmma wants them.
ROOFMARK_DEVICE void fill_tile(unsigned char* tile, const void* from, unsigned rows) {
  constexpr unsigned chunks = tile_row_bytes / 16;
  for (unsigned i = threadIdx.x; i < rows * chunks; i += wgmma_threads) {
    gpu::store16(tile + tile_offset(i / chunks, i % chunks),
                 gpu::load16(static_cast<const unsigned char*>(from) + i * 16));
  }
}

template <class Wgmma>
ROOFMARK_DEVICE void run_warpgroups(const MatrixLaunch& what) {
  auto* a = gpu::shared_memory<unsigned char>();
  a += (tile_alignment - gpu::shared_address(a) % tile_alignment) % tile_alignment;
  unsigned char* b = a + a_rows * tile_row_bytes;
  fill_tile(a, what.a, a_rows);
  fill_tile(b, what.b, wgmma_n);
  typename Wgmma::Sum d[Wgmma::ds];
#pragma unroll
  for (int r = 0; r < Wgmma::ds; ++r) {
    d[r] = static_cast<const typename Wgmma::Sum*>(what.start)[r * wgmma_threads + threadIdx.x];
  }
  wgmma::fence_shared();
  gpu::barrier();
  const unsigned warpgroup = threadIdx.x / 128;
  const std::uint64_t of_a = descriptor(a + warpgroup * wgmma_m * tile_row_bytes);
  const std::uint64_t of_b = descriptor(b);

  note_time(what.times);
#pragma unroll 1
  for (int turn = 0; turn < what.turns; ++turn) {
    wgmma::fence();
#pragma unroll
    for (int step = 0; step < matrix_steps; ++step) {
      const unsigned along_k = step % matrix_cycle * (wgmma_k_bytes / 16);
      Wgmma::multiply(d, of_a + along_k, of_b + along_k);
    }
    wgmma::commit();
    wgmma::wait<1>();
  }
  wgmma::wait<0>();
  note_time(what.times + 2);

  // 8 columns are two registers of each row's pair of values, or of packed f16 one.
  constexpr int groups = wgmma_n / 8, registers = Wgmma::ds / groups;
  const int chosen = static_cast<int>(blockIdx.x % groups);
  auto* results = static_cast<typename Wgmma::Sum*>(what.results) +
                  blockIdx.x * registers * wgmma_threads + threadIdx.x;
#pragma unroll
  for (int r = 0; r < registers; ++r) {
    typename Wgmma::Sum result = d[r];
#pragma unroll
    for (int i = 1; i < groups; ++i) {
      if (i == chosen) result = d[i * registers + r];
    }
    results[r * wgmma_threads] = result;
  }
}

inline gpu::Grid warpgroup_grid(const MatrixLaunch& what) {
  constexpr unsigned shared_bytes = (a_rows + wgmma_n) * tile_row_bytes + tile_alignment;
  return gpu::Grid{static_cast<unsigned>(what.blocks), 1, 1, wgmma_threads, shared_bytes};
}

}  // namespace roofmark
