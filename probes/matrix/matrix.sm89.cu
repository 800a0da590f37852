// Products of e4m3 at the rate of tensor cores by mma.sync: QMMA.
#include "probes/matrix/fragments.cuh"

namespace roofmark {

__global__ void __launch_bounds__(mma_threads) mma_fp8_f32(MatrixLaunch what) {
  run_fragments<mma::Fp8F32>(what);
}

void launch_mma_fp8_f32(const MatrixLaunch& what, void* stream) {
  gpu::launch(fragment_grid(what), stream, mma_fp8_f32, what);
}

}  // namespace roofmark
