// Launchers of the tensor-core probe on a GPU, one per instruction.
#pragma once

namespace roofmark {

// Four A take turns.  The fourth is left out of the last round, so that where the third and the
// fourth are the first two negated, a turn adds A1 B to d: it moves, and stays in range.
constexpr int matrix_cycle = 4;
constexpr int matrix_steps = 15;  ///< of a turn, on each d

/// One block for each multiprocessor; every block has the same operands.
struct MatrixLaunch {
  const void* a;  ///< laid out as below
  const void* b;
  const void* start;  ///< of d
  void* results;      ///< where some d ended, which of them depends on the block
  long long*
      times;  ///< [4]: cycles and nanoseconds at the start of the first block, and at its end
  int blocks, turns;
};

// mma.sync: each of 8 warps multiplies an A with the B of each of its chains.
//   a [matrix_cycle][registers][threads]  b, start [chains][registers][threads]
//   results [blocks][registers][threads]: of chain (block + warp) % chains
constexpr int mma_threads = 256;
void launch_mma_f16_f32(const MatrixLaunch& what, void* stream);
void launch_mma_f16(const MatrixLaunch& what, void* stream);
void launch_mma_bf16_f32(const MatrixLaunch& what, void* stream);
void launch_mma_tf32_f32(const MatrixLaunch& what, void* stream);
void launch_mma_w8a8(const MatrixLaunch& what, void* stream);
void launch_mma_w4a4(const MatrixLaunch& what, void* stream);
void launch_mma_f64(const MatrixLaunch& what, void* stream);
void launch_mma_fp8_f32(const MatrixLaunch& what, void* stream);       // from 8.9 on
void launch_mma_f64_m16n8k16(const MatrixLaunch& what, void* stream);  // 9.0a alone

// wgmma (9.0a): each of two warpgroups multiplies an A of its own, 64 rows, with one B, 256
// columns, each over 32 bytes of k.
//   a [warpgroups][rows][matrix_cycle][32 bytes]  b [columns][matrix_cycle][32 bytes]
//   start [registers][threads]
//   results [blocks][registers of 8 columns][threads]: columns 8 (block % 32) onwards
constexpr int wgmma_warpgroups = 2;
constexpr int wgmma_threads = 128 * wgmma_warpgroups;
constexpr int wgmma_m = 64, wgmma_n = 256, wgmma_k_bytes = 32;
void launch_wgmma_f16_f32(const MatrixLaunch& what, void* stream);
void launch_wgmma_f16(const MatrixLaunch& what, void* stream);
void launch_wgmma_bf16_f32(const MatrixLaunch& what, void* stream);
void launch_wgmma_tf32_f32(const MatrixLaunch& what, void* stream);
void launch_wgmma_w8a8(const MatrixLaunch& what, void* stream);
void launch_wgmma_fp8_f32(const MatrixLaunch& what, void* stream);

}  // namespace roofmark
