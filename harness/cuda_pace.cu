// Small kernels of the CUDA device itself.
#include "core/gpu.cuh"
#include "harness/cuda_pace.cuda.h"

namespace roofmark {
namespace {

using namespace gpu;

__global__ void wait_kernel(const volatile int* flag, long long limit_ns) {
  const long long start = nanoseconds();
  while (*flag == 0 && nanoseconds() - start < limit_ns) {
  }
}

/// The timer ticks every 32 ns to 1 us: both ends are taken at a tick.
__device__ long long next_tick() {
  const long long before = nanoseconds();
  long long now = before;
  while (now == before) now = nanoseconds();
  return now;
}

__global__ void clock_kernel(ClockReading* reading, long long least_ns) {
  const long long first_ns = next_tick();
  const long long first_cycle = cycles();
  long long last_ns = first_ns;
  while (last_ns - first_ns < least_ns) last_ns = next_tick();
  reading->cycles = cycles() - first_cycle;
  reading->nanoseconds = last_ns - first_ns;
}

__global__ void __launch_bounds__(256) busy_kernel(float* sink, long long least_ns) {
  const long long start = nanoseconds();
  float x = static_cast<float>(threadIdx.x) * 0x1p-8f;
  while (nanoseconds() - start < least_ns) {
    for (int i = 0; i < 256; ++i) x = fmaf(x, 0.5f, 0.25f);
  }
  if (x > 1e30f) *sink = x;
}

__global__ void __launch_bounds__(256)
    fill_kernel(std::uint32_t* words, std::int64_t count, RandomWord kind, std::uint64_t seed) {
  const auto stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count;
       i += stride) {
    words[i] = random_word(kind, seed, static_cast<std::uint64_t>(i));
  }
}

}  // namespace

void launch_wait(const volatile int* flag, std::int64_t limit_ns, void* stream) {
  launch(Grid{1, 1, 1, 1, 0}, stream, wait_kernel, flag, static_cast<long long>(limit_ns));
}

void launch_clock(ClockReading* reading, std::int64_t least_ns, void* stream) {
  launch(Grid{1, 1, 1, 1, 0}, stream, clock_kernel, reading, static_cast<long long>(least_ns));
}

void launch_busy(float* sink, int blocks, std::int64_t least_ns, void* stream) {
  launch(Grid{static_cast<unsigned>(blocks), 1, 1, 256, 0}, stream, busy_kernel, sink,
         static_cast<long long>(least_ns));
}

void launch_random_fill(std::uint32_t* words, std::int64_t count, RandomWord kind,
                        std::uint64_t seed, void* stream) {
  if (count <= 0) return;
  const std::int64_t blocks = (count + 255) / 256;
  const auto used = static_cast<unsigned>(blocks < 4096 ? blocks : 4096);
  launch(Grid{used, 1, 1, 256, 0}, stream, fill_kernel, words, count, kind, seed);
}

}  // namespace roofmark
