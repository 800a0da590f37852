// Activation of an MLP over [rows, cols]: y = F(gate) up, or y = F(x).
#include "kernels/activation/activation.h"

namespace roofmark {
namespace {

#define ROOFMARK_ROW_OF_activation(isa, vector_bytes) \
  {#isa, isa_##isa::activation, isa_##isa::activation_nt},
#define ROOFMARK_ROW_OF_gelu_gated(isa, vector_bytes) \
  {#isa, isa_##isa::gelu_gated, isa_##isa::gelu_gated_nt},
#define ROOFMARK_ROW_OF_relu_gated(isa, vector_bytes) \
  {#isa, isa_##isa::relu_gated, isa_##isa::relu_gated_nt},
#define ROOFMARK_ROW_OF_silu(isa, vector_bytes) {#isa, isa_##isa::silu, isa_##isa::silu_nt},
#define ROOFMARK_ROW_OF_gelu(isa, vector_bytes) {#isa, isa_##isa::gelu, isa_##isa::gelu_nt},
#define ROOFMARK_ROW_OF_relu(isa, vector_bytes) {#isa, isa_##isa::relu, isa_##isa::relu_nt},

#define ROOFMARK_PREPARE(name, Operation, F, Leaf)                                              \
  template <class T>                                                                            \
  constexpr StoringLeaf<Leaf<T>> name##_leaves[] = {ROOFMARK_EACH_ISA(ROOFMARK_ROW_OF_##name)}; \
  template <>                                                                                   \
  constexpr StoringLeaf<Leaf<bf16>> name##_leaves<bf16>[] = {                                   \
      ROOFMARK_EACH_ISA_OF_activation(ROOFMARK_ROW_OF_##name)};                                 \
  template <class T>                                                                            \
  std::unique_ptr<Task> prepare_##name(const Case& what, Device& device) {                      \
    return leaf_task<Operation<T, F>>(leaf_of(name##_leaves<T>, what), what, device);           \
  }
ROOFMARK_PREPARE(activation, GatedActivation, Silu, GatedLeaf)
ROOFMARK_PREPARE(gelu_gated, GatedActivation, Gelu, GatedLeaf)
ROOFMARK_PREPARE(relu_gated, GatedActivation, Relu, GatedLeaf)
ROOFMARK_PREPARE(silu, PlainActivation, Silu, PlainLeaf)
ROOFMARK_PREPARE(gelu, PlainActivation, Gelu, PlainLeaf)
ROOFMARK_PREPARE(relu, PlainActivation, Relu, PlainLeaf)

constexpr std::string_view bf16_isas[] = {ROOFMARK_EACH_ISA_OF_activation(ROOFMARK_NAME)};

template <class F>
Kernel gated(const char* name, const char* summary, const PrepareElements& prepare) {
  return {.name = name,
          .summary = summary,
          .work = gated_work<F>,
          .companion = gated_companion,
          .format_error = activation_format_error<F, true>,
          .variants = storing_variants(prepare, triad_nt, bf16_isas),
          .rows_extent = "rows",
          .resident_companion = F::has_exponential ? "exp" : ""};
}
template <class F>
Kernel plain(const char* name, const char* summary, const PrepareElements& prepare) {
  return {.name = name,
          .summary = summary,
          .work = plain_work<F>,
          .companion = plain_companion,
          .format_error = activation_format_error<F, false>,
          .variants = storing_variants(prepare, copy_nt, bf16_isas),
          .rows_extent = "rows",
          .resident_companion = F::has_exponential ? "exp" : ""};
}

#define ROOFMARK_EACH_TYPE(prepare) \
  { prepare<float>, prepare<bf16>, prepare<f16> }

}  // namespace

std::vector<Kernel> activation_kernels() {
  return {gated<Silu>("activation", "gated activation, y = silu(gate) up",
                      ROOFMARK_EACH_TYPE(prepare_activation)),
          gated<Gelu>("gelu_gated", "gated activation, y = gelu(gate) up",
                      ROOFMARK_EACH_TYPE(prepare_gelu_gated)),
          gated<Relu>("relu_gated", "gated activation, y = relu(gate) up",
                      ROOFMARK_EACH_TYPE(prepare_relu_gated)),
          plain<Silu>("silu", "activation, y = silu(x)", ROOFMARK_EACH_TYPE(prepare_silu)),
          plain<Gelu>("gelu", "activation, y = gelu(x)", ROOFMARK_EACH_TYPE(prepare_gelu)),
          plain<Relu>("relu", "activation, y = relu(x)", ROOFMARK_EACH_TYPE(prepare_relu))};
}

}  // namespace roofmark
