// Gated activation of an MLP over [rows, cols]: y = silu(gate) * up.
#include "kernels/activation/activation.h"

namespace roofmark {
namespace {

#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::activation, isa_##isa::activation_nt},
template <class T>
constexpr StoringLeaf<ActivationLeaf<T>> leaves[] = {ROOFMARK_EACH_ISA(ROOFMARK_ROW)};
#undef ROOFMARK_ROW

template <class T>
std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return leaf_task<Activation<T>>(leaf_of(leaves<T>, what), what, device);
}

}  // namespace

std::vector<Kernel> activation_kernels() {
  return {{.name = "activation",
           .summary = "gated activation, y = silu(gate) up",
           .work = gated_work<silu_ops>,
           .companion = activation_companion,
           .variants = storing_variants({prepare<float>, prepare<bf16>, prepare<f16>}, triad_nt),
           .rows_extent = "rows",
           .resident_companion = "exp"},
          {.name = "gelu_gated",
           .summary = "gated activation, y = gelu(gate) up",
           .work = gated_work<gelu_ops>},
          {.name = "relu_gated",
           .summary = "gated activation, y = relu(gate) up",
           .work = gated_work<relu_ops>},
          {.name = "silu", .summary = "activation, y = silu(x)", .work = plain_work<silu_ops>},
          {.name = "gelu", .summary = "activation, y = gelu(x)", .work = plain_work<gelu_ops>},
          {.name = "relu", .summary = "activation, y = relu(x)", .work = plain_work<relu_ops>}};
}

}  // namespace roofmark
