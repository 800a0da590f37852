// The kernel body of every mma.sync probe: independent products with all operands in registers.
#pragma once

#include "probes/matrix/matrix.cuda.h"
#include "probes/matrix/mma.cuh"
#include "probes/times.cuh"

namespace roofmark {

/// Fragment `index` of an array of them: register r of a thread at [index][r][thread].
template <int COUNT, class T>
ROOFMARK_DEVICE void load_fragment(T (&to)[COUNT], const void* from, int index) {
  const T* at = static_cast<const T*>(from) + index * COUNT * mma_threads + threadIdx.x;
#pragma unroll
  for (int r = 0; r < COUNT; ++r) to[r] = at[r * mma_threads];
}

template <class Mma>
ROOFMARK_DEVICE void run_fragments(const MatrixLaunch& what) {
  typename Mma::Operand a[matrix_cycle][Mma::as], b[Mma::chains][Mma::bs];
  typename Mma::Sum d[Mma::chains][Mma::ds];
#pragma unroll
  for (int i = 0; i < matrix_cycle; ++i) load_fragment(a[i], what.a, i);
#pragma unroll
  for (int i = 0; i < Mma::chains; ++i) {
    load_fragment(b[i], what.b, i);
    load_fragment(d[i], what.start, i);
  }

  note_time(what.times);
#pragma unroll 1
  for (int turn = 0; turn < what.turns; ++turn) {
#pragma unroll
    for (int step = 0; step < matrix_steps; ++step) {
#pragma unroll
      for (int i = 0; i < Mma::chains; ++i) Mma::multiply(d[i], a[step % matrix_cycle], b[i]);
    }
  }
  note_time(what.times + 2);

  const int chosen = static_cast<int>((blockIdx.x + gpu::warp()) % Mma::chains);
  auto* results = static_cast<typename Mma::Sum*>(what.results) +
                  blockIdx.x * Mma::ds * mma_threads + threadIdx.x;
#pragma unroll
  for (int r = 0; r < Mma::ds; ++r) {
    typename Mma::Sum result = d[0][r];
#pragma unroll
    for (int i = 1; i < Mma::chains; ++i) {
      if (i == chosen) result = d[i][r];
    }
    results[r * mma_threads] = result;
  }
}

inline gpu::Grid fragment_grid(const MatrixLaunch& what) {
  return gpu::Grid{static_cast<unsigned>(what.blocks), 1, 1, mma_threads, 0};
}

}  // namespace roofmark
