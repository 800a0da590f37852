// Gated activation of an MLP over [rows, cols]: y = silu(gate) * up.  A work model on CPUs.
#include "kernels/activation/activation_model.h"

namespace roofmark {

std::vector<Kernel> activation_kernels() {
  return {{.name = "activation",
           .summary = "gated activation, y = silu(gate) up",
           .work = activation_work,
           .companion = activation_companion}};
}

}  // namespace roofmark
