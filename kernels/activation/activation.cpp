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
  return cpu_task(Activation<T>(leaf_of(leaves<T>, what), what.shape, what.threads), what, device);
}

}  // namespace

std::vector<Kernel> activation_kernels() {
  return {{.name = "activation",
           .summary = "gated activation, y = silu(gate) up",
           .work = activation_work,
           .companion = activation_companion,
           .variants = storing_variants({prepare<float>, prepare<bf16>, prepare<f16>}, triad_nt),
           .rows_extent = "rows",
           .resident_companion = "exp"}};
}

}  // namespace roofmark
