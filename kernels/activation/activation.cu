// Activations.  Per element of silu and gelu one ex2, one rcp, a few multiplications and an add,
// and two elements of memory traffic, three where gated.
#include "core/gpu.cuh"
#include "kernels/activation/activation.cuda.h"
#include "kernels/elementwise.cuh"

namespace roofmark {
namespace {

constexpr float log2_e = 1.44269504f;

/// x / (1 + e^-t).
ROOFMARK_DEVICE float times_logistic(float x, float t) {
  return x * gpu::reciprocal_approx(1 + gpu::exp2_approx(t * -log2_e));
}

struct Silu {
  ROOFMARK_DEVICE float of(float x) { return times_logistic(x, x); }
};
/// t = 2 sqrt(2/pi) (x + 0.044715 x^3).
struct Gelu {
  ROOFMARK_DEVICE float of(float x) {
    return times_logistic(x, x * (x * x * 0.0713548163f + 1.5957691216f));
  }
};
struct Relu {
  ROOFMARK_DEVICE float of(float x) { return x < 0 ? 0.0f : x; }
};

template <class F>
struct Gated {
  ROOFMARK_DEVICE float of(float gate, float up) { return F::of(gate) * up; }
};

template <class F>
void launch_activation_of(const ActivationArguments& a, void* stream) {
  if (a.up == nullptr) {
    gpu::launch_elementwise<F>(a.element, a.gate, a.y, a.count, a.sms, stream);
  } else {
    gpu::launch_elementwise<Gated<F>>(a.element, a.gate, a.up, a.y, a.count, a.sms, stream);
  }
}

}  // namespace

void launch_activation(const ActivationArguments& a, void* stream) {
  switch (a.function) {
    case ActivationFunction::silu:
      return launch_activation_of<Silu>(a, stream);
    case ActivationFunction::gelu:
      return launch_activation_of<Gelu>(a, stream);
    case ActivationFunction::relu:
      return launch_activation_of<Relu>(a, stream);
  }
}

}  // namespace roofmark
