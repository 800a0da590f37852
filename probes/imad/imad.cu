// 32-bit integer multiply-add at the rate of a GPU's ordinary cores: IMAD.
#include "probes/chains.cuh"
#include "probes/imad/imad.cuda.h"

namespace roofmark {
namespace {

struct MultiplyAdd : WordChain<unsigned> {
  ROOFMARK_DEVICE unsigned next(unsigned x, unsigned m, unsigned c) { return x * m + c; }
};

}  // namespace

__global__ void __launch_bounds__(chain_threads) imad_i32(ChainLaunch what) {
  run_chains<MultiplyAdd>(what);
}

void launch_imad(const ChainLaunch& what, void* stream) {
  gpu::launch(chain_grid(what), stream, imad_i32, what);
}

}  // namespace roofmark
