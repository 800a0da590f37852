// Products at the full rate of Hopper's tensor cores: wgmma (HGMMA, IGMMA, QGMMA), and the wider
// DMMA.
#include "probes/matrix/fragments.cuh"
#include "probes/matrix/warpgroups.cuh"

namespace roofmark {

__global__ void __launch_bounds__(mma_threads) mma_f64_m16n8k16(MatrixLaunch what) {
  run_fragments<mma::F64Wide>(what);
}
__global__ void __launch_bounds__(wgmma_threads) wgmma_f16_f32(MatrixLaunch what) {
  run_warpgroups<wgmma::F16F32>(what);
}
__global__ void __launch_bounds__(wgmma_threads) wgmma_f16(MatrixLaunch what) {
  run_warpgroups<wgmma::F16>(what);
}
__global__ void __launch_bounds__(wgmma_threads) wgmma_bf16_f32(MatrixLaunch what) {
  run_warpgroups<wgmma::Bf16F32>(what);
}
__global__ void __launch_bounds__(wgmma_threads) wgmma_tf32_f32(MatrixLaunch what) {
  run_warpgroups<wgmma::Tf32F32>(what);
}
__global__ void __launch_bounds__(wgmma_threads) wgmma_w8a8(MatrixLaunch what) {
  run_warpgroups<wgmma::W8A8>(what);
}
__global__ void __launch_bounds__(wgmma_threads) wgmma_fp8_f32(MatrixLaunch what) {
  run_warpgroups<wgmma::Fp8F32>(what);
}

void launch_mma_f64_m16n8k16(const MatrixLaunch& what, void* stream) {
  gpu::launch(fragment_grid(what), stream, mma_f64_m16n8k16, what);
}
void launch_wgmma_f16_f32(const MatrixLaunch& what, void* stream) {
  gpu::launch(warpgroup_grid(what), stream, wgmma_f16_f32, what);
}
void launch_wgmma_f16(const MatrixLaunch& what, void* stream) {
  gpu::launch(warpgroup_grid(what), stream, wgmma_f16, what);
}
void launch_wgmma_bf16_f32(const MatrixLaunch& what, void* stream) {
  gpu::launch(warpgroup_grid(what), stream, wgmma_bf16_f32, what);
}
void launch_wgmma_tf32_f32(const MatrixLaunch& what, void* stream) {
  gpu::launch(warpgroup_grid(what), stream, wgmma_tf32_f32, what);
}
void launch_wgmma_w8a8(const MatrixLaunch& what, void* stream) {
  gpu::launch(warpgroup_grid(what), stream, wgmma_w8a8, what);
}
void launch_wgmma_fp8_f32(const MatrixLaunch& what, void* stream) {
  gpu::launch(warpgroup_grid(what), stream, wgmma_fp8_f32, what);
}

}  // namespace roofmark
