// The clock of a compute probe, noted on the device by its first block.
#pragma once

#include "core/gpu.cuh"

namespace roofmark {

/// Cycles and nanoseconds now into at[0] and at[1], by the first thread of the grid.
ROOFMARK_DEVICE void note_time(long long* at) {
  if (blockIdx.x == 0 && threadIdx.x == 0) {
    at[0] = gpu::cycles();
    at[1] = gpu::nanoseconds();
  }
}

}  // namespace roofmark
