// One block per row.  A thread keeps two or seven vectors of 16 bytes of it in registers, 4096 or
// 14336 columns in all, and reads what lies behind them again: it is in L2 then.  48 KiB are in
// flight per multiprocessor at 4096 columns (6 blocks), 84 at 14336 (3 blocks).
#include "core/gpu.cuh"
#include "kernels/quantize/quantize.cuda.h"

namespace roofmark {
namespace {

constexpr int threads = 256;
constexpr int lanes = 8;  // of a vector

template <class T>
ROOFMARK_DEVICE float largest_of(const uint4& v, float so_far) {
  const std::uint32_t words[4] = {v.x, v.y, v.z, v.w};
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    float low, high;
    gpu::unpack<T>(words[i], low, high);
    so_far = fmaxf(so_far, fmaxf(fabsf(low), fabsf(high)));
  }
  return so_far;
}

ROOFMARK_DEVICE std::uint32_t byte_of(float x, float inverse) {
  return static_cast<std::uint32_t>(__float2int_rn(x * inverse)) & 0xff;
}

template <class T>
ROOFMARK_DEVICE uint2 quantized(const uint4& v, float inverse) {
  const std::uint32_t words[4] = {v.x, v.y, v.z, v.w};
  std::uint32_t bytes[2];
#pragma unroll
  for (int i = 0; i < 2; ++i) {
    float x[4];
    gpu::unpack<T>(words[2 * i], x[0], x[1]);
    gpu::unpack<T>(words[2 * i + 1], x[2], x[3]);
    bytes[i] = byte_of(x[0], inverse) | byte_of(x[1], inverse) << 8 | byte_of(x[2], inverse) << 16 |
               byte_of(x[3], inverse) << 24;
  }
  return make_uint2(bytes[0], bytes[1]);
}

/// The largest of all threads' values, on each of them.
ROOFMARK_DEVICE float block_max(float value) {
  __shared__ float of_warps[threads / 32];
  value = gpu::warp_max(value);
  if (gpu::lane() == 0) of_warps[gpu::warp()] = value;
  gpu::barrier();
  float largest = of_warps[0];
  for (int i = 1; i < threads / 32; ++i) largest = fmaxf(largest, of_warps[i]);
  return largest;
}

template <class T, int held>
__global__ void __launch_bounds__(threads, held > 2 ? 3 : 6) quantize(QuantizeArguments p) {
  const T* x = static_cast<const T*>(p.x) + blockIdx.x * p.cols;
  signed char* q = p.q + blockIdx.x * p.cols;
  const int vectors = static_cast<int>(p.cols / lanes), thread = static_cast<int>(threadIdx.x);
  uint4 kept[held];
  float largest = 0;
#pragma unroll
  for (int i = 0; i < held; ++i) {
    kept[i] = make_uint4(0, 0, 0, 0);
    const int v = thread + i * threads;
    if (v < vectors) kept[i] = gpu::load16_once(x + v * lanes);
  }
#pragma unroll
  for (int i = 0; i < held; ++i) largest = largest_of<T>(kept[i], largest);
  for (int v = thread + held * threads; v < vectors; v += threads) {
    largest = largest_of<T>(gpu::load16(x + v * lanes), largest);
  }
  largest = block_max(largest);
  const float inverse = largest > 0 ? 127.0f / largest : 0;
  if (thread == 0) p.scales[blockIdx.x] = largest / 127.0f;
#pragma unroll
  for (int i = 0; i < held; ++i) {
    const int v = thread + i * threads;
    if (v < vectors) *reinterpret_cast<uint2*>(q + v * lanes) = quantized<T>(kept[i], inverse);
  }
  for (int v = thread + held * threads; v < vectors; v += threads) {
    *reinterpret_cast<uint2*>(q + v * lanes) = quantized<T>(gpu::load16(x + v * lanes), inverse);
  }
}

/// Rows that do not begin at 16 bytes, element by element.
template <class T>
__global__ void __launch_bounds__(threads) quantize_unaligned(QuantizeArguments p) {
  const T* x = static_cast<const T*>(p.x) + blockIdx.x * p.cols;
  signed char* q = p.q + blockIdx.x * p.cols;
  float largest = 0;
  for (std::int64_t c = threadIdx.x; c < p.cols; c += threads) {
    largest = fmaxf(largest, fabsf(gpu::to_float(x[c])));
  }
  largest = block_max(largest);
  const float inverse = largest > 0 ? 127.0f / largest : 0;
  if (threadIdx.x == 0) p.scales[blockIdx.x] = largest / 127.0f;
  for (std::int64_t c = threadIdx.x; c < p.cols; c += threads) {
    q[c] = static_cast<signed char>(__float2int_rn(gpu::to_float(x[c]) * inverse));
  }
}

template <class T>
void launch(const QuantizeArguments& arguments, void* stream) {
  gpu::Grid grid;
  grid.x = static_cast<unsigned>(arguments.rows);
  grid.threads = threads;
  const auto whole = arguments.cols <= 2 * threads * lanes ? quantize<T, 2> : quantize<T, 7>;
  gpu::launch(grid, stream, arguments.cols % lanes == 0 ? whole : quantize_unaligned<T>, arguments);
}

}  // namespace

void launch_quantize_f16(const QuantizeArguments& arguments, void* stream) {
  launch<gpu::F16>(arguments, stream);
}
void launch_quantize_bf16(const QuantizeArguments& arguments, void* stream) {
  launch<gpu::Bf16>(arguments, stream);
}

}  // namespace roofmark
