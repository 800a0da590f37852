// Multiply-add at the rate of a GPU's ordinary cores: FFMA, DFMA, HFMA2 and HFMA2.BF16.
#include <cstdint>

#include "probes/chains.cuh"
#include "probes/fma/fma.cuda.h"

namespace roofmark {
namespace {

struct F64 : WordChain<double> {
  ROOFMARK_DEVICE double next(double x, double m, double c) { return fma(x, m, c); }
};
struct F32 : WordChain<float> {
  ROOFMARK_DEVICE float next(float x, float m, float c) { return fmaf(x, m, c); }
};
struct PackedF16 : WordChain<std::uint32_t> {
  ROOFMARK_DEVICE std::uint32_t next(std::uint32_t x, std::uint32_t m, std::uint32_t c) {
    return gpu::fma_f16x2(x, m, c);
  }
};
struct PackedBf16 : WordChain<std::uint32_t> {
  ROOFMARK_DEVICE std::uint32_t next(std::uint32_t x, std::uint32_t m, std::uint32_t c) {
    return gpu::fma_bf16x2(x, m, c);
  }
};

}  // namespace

__global__ void __launch_bounds__(chain_threads) fma_f64(ChainLaunch what) {
  run_chains<F64>(what);
}
__global__ void __launch_bounds__(chain_threads) fma_f32(ChainLaunch what) {
  run_chains<F32>(what);
}
__global__ void __launch_bounds__(chain_threads) fma_f16(ChainLaunch what) {
  run_chains<PackedF16>(what);
}
__global__ void __launch_bounds__(chain_threads) fma_bf16(ChainLaunch what) {
  run_chains<PackedBf16>(what);
}

void launch_fma_f64(const ChainLaunch& what, void* stream) {
  gpu::launch(chain_grid(what), stream, fma_f64, what);
}
void launch_fma_f32(const ChainLaunch& what, void* stream) {
  gpu::launch(chain_grid(what), stream, fma_f32, what);
}
void launch_fma_f16(const ChainLaunch& what, void* stream) {
  gpu::launch(chain_grid(what), stream, fma_f16, what);
}
void launch_fma_bf16(const ChainLaunch& what, void* stream) {
  gpu::launch(chain_grid(what), stream, fma_bf16, what);
}

}  // namespace roofmark
