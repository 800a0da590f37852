// Gated activation.  Per element one ex2, one rcp, three multiplications and an add, and three
// elements of memory traffic.
#include "core/gpu.cuh"
#include "kernels/activation/activation.cuda.h"
#include "kernels/pairwise.cuh"

namespace roofmark {
namespace {

constexpr float log2_e = 1.44269504f;

struct GatedSilu {
  ROOFMARK_DEVICE float of(float gate, float up) {
    return gate * gpu::reciprocal_approx(1 + gpu::exp2_approx(gate * -log2_e)) * up;
  }
};

}  // namespace

void launch_activation(const ActivationArguments& a, void* stream) {
  gpu::launch_pairwise<GatedSilu>(a.element, a.gate, a.up, a.y, a.count, a.sms, stream);
}

}  // namespace roofmark
