// Products at the rate of tensor cores by mma.sync: HMMA, IMMA and DMMA.
#include "probes/matrix/fragments.cuh"

namespace roofmark {

__global__ void __launch_bounds__(mma_threads) mma_f16_f32(MatrixLaunch what) {
  run_fragments<mma::F16F32>(what);
}
__global__ void __launch_bounds__(mma_threads) mma_f16(MatrixLaunch what) {
  run_fragments<mma::F16>(what);
}
__global__ void __launch_bounds__(mma_threads) mma_bf16_f32(MatrixLaunch what) {
  run_fragments<mma::Bf16F32>(what);
}
__global__ void __launch_bounds__(mma_threads) mma_tf32_f32(MatrixLaunch what) {
  run_fragments<mma::Tf32F32>(what);
}
__global__ void __launch_bounds__(mma_threads) mma_w8a8(MatrixLaunch what) {
  run_fragments<mma::W8A8>(what);
}
__global__ void __launch_bounds__(mma_threads) mma_w4a4(MatrixLaunch what) {
  run_fragments<mma::W4A4>(what);
}
__global__ void __launch_bounds__(mma_threads) mma_f64(MatrixLaunch what) {
  run_fragments<mma::F64>(what);
}

void launch_mma_f16_f32(const MatrixLaunch& what, void* stream) {
  gpu::launch(fragment_grid(what), stream, mma_f16_f32, what);
}
void launch_mma_f16(const MatrixLaunch& what, void* stream) {
  gpu::launch(fragment_grid(what), stream, mma_f16, what);
}
void launch_mma_bf16_f32(const MatrixLaunch& what, void* stream) {
  gpu::launch(fragment_grid(what), stream, mma_bf16_f32, what);
}
void launch_mma_tf32_f32(const MatrixLaunch& what, void* stream) {
  gpu::launch(fragment_grid(what), stream, mma_tf32_f32, what);
}
void launch_mma_w8a8(const MatrixLaunch& what, void* stream) {
  gpu::launch(fragment_grid(what), stream, mma_w8a8, what);
}
void launch_mma_w4a4(const MatrixLaunch& what, void* stream) {
  gpu::launch(fragment_grid(what), stream, mma_w4a4, what);
}
void launch_mma_f64(const MatrixLaunch& what, void* stream) {
  gpu::launch(fragment_grid(what), stream, mma_f64, what);
}

}  // namespace roofmark
