// Loads of which each one's address is what the one before brought: nothing hides their latency.
// A turn of the loop holds chase_unroll of them; counting turns goes on meanwhile.
#include "core/gpu.cuh"
#include "probes/latency/latency.cuda.h"

namespace roofmark {
namespace {

template <bool L1>
__global__ void __launch_bounds__(32) chase_kernel(const void** at, std::int64_t loads) {
  const void* p = *at;
#pragma unroll 1
  for (std::int64_t done = 0; done < loads; done += chase_unroll) {
#pragma unroll
    for (int i = 0; i < chase_unroll; ++i) p = L1 ? gpu::follow(p) : gpu::follow_l2(p);
  }
  *at = p;
}

/// The whole warp brings the cycle into shared memory; its first thread follows it.
__global__ void __launch_bounds__(32)
    chase_shared_kernel(const std::uint32_t* next, std::uint32_t* at, std::int64_t loads) {
  __shared__ std::uint32_t cycle[shared_chase_words];
  for (int i = threadIdx.x; i < shared_chase_words; i += 32) cycle[i] = next[i];
  gpu::barrier();
  if (threadIdx.x != 0) return;
  const auto* bytes = reinterpret_cast<const unsigned char*>(cycle);
  std::uint32_t offset = *at;
#pragma unroll 1
  for (std::int64_t done = 0; done < loads; done += chase_unroll) {
#pragma unroll
    for (int i = 0; i < chase_unroll; ++i) {
      offset = *reinterpret_cast<const std::uint32_t*>(bytes + offset);
    }
  }
  *at = offset;
}

}  // namespace

void launch_chase_l1(const Chase& chase, void* stream) {
  gpu::launch({1, 1, 1, 1, 0}, stream, chase_kernel<true>, chase.at, chase.loads);
}

void launch_chase_l2(const Chase& chase, void* stream) {
  gpu::launch({1, 1, 1, 1, 0}, stream, chase_kernel<false>, chase.at, chase.loads);
}

void launch_chase_shared(const SharedChase& chase, void* stream) {
  gpu::launch({1, 1, 1, 32, 0}, stream, chase_shared_kernel, chase.next, chase.at, chase.loads);
}

}  // namespace roofmark
