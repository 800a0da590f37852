// Exponentials at the rate of a GPU's special function units: MUFU.EX2, two additions beside each.
#include "probes/chains.cuh"
#include "probes/exp/exp.cuda.h"

namespace roofmark {
namespace {

struct SumOfPowers {
  using Word = float;
  struct State {
    float x, sum;
  };
  ROOFMARK_DEVICE State start(float word) { return {word, 0.0f}; }
  ROOFMARK_DEVICE State next(State s, float m, float) {
    return {s.x + m, s.sum + gpu::exp2_approx(s.x)};
  }
  ROOFMARK_DEVICE float result(State s) { return s.sum; }
};

}  // namespace

__global__ void __launch_bounds__(chain_threads) exp_f32(ChainLaunch what) {
  run_chains<SumOfPowers>(what);
}

void launch_exp(const ChainLaunch& what, void* stream) {
  gpu::launch(chain_grid(what), stream, exp_f32, what);
}

}  // namespace roofmark
