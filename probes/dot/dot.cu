// Dot products of four bytes at the rate of a GPU's ordinary cores: IDP.4A.
#include "probes/chains.cuh"
#include "probes/dot/dot.cuda.h"

namespace roofmark {
namespace {

struct Dot4 : WordChain<int> {
  ROOFMARK_DEVICE int next(int x, int m, int c) { return gpu::dot4(x, m, c); }
};

}  // namespace

__global__ void __launch_bounds__(chain_threads) dot_i8(ChainLaunch what) {
  run_chains<Dot4>(what);
}

void launch_dot(const ChainLaunch& what, void* stream) {
  gpu::launch(chain_grid(what), stream, dot_i8, what);
}

}  // namespace roofmark
