// RMSNorm and LayerNorm of a transformer block over [rows, cols], and RMSNorm fused with the
// residual add before it.
#include "kernels/norm/norm.h"

#include "kernels/vendor/onednn_task.h"

namespace roofmark {
namespace {

#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::norm, isa_##isa::norm_nt},
template <class T>
constexpr StoringLeaf<NormLeaf<T>> norm_leaves[] = {ROOFMARK_EACH_ISA(ROOFMARK_ROW)};
template <>
constexpr StoringLeaf<NormLeaf<bf16>> norm_leaves<bf16>[] = {
    ROOFMARK_EACH_ISA_OF_norm(ROOFMARK_ROW)};
#undef ROOFMARK_ROW
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::layer_norm, isa_##isa::layer_norm_nt},
template <class T>
constexpr StoringLeaf<LayerNormLeaf<T>> layer_norm_leaves[] = {ROOFMARK_EACH_ISA(ROOFMARK_ROW)};
template <>
constexpr StoringLeaf<LayerNormLeaf<bf16>> layer_norm_leaves<bf16>[] = {
    ROOFMARK_EACH_ISA_OF_layer_norm(ROOFMARK_ROW)};
#undef ROOFMARK_ROW
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::add_norm},
template <class T>
constexpr StoringLeaf<AddNormLeaf<T>> add_norm_leaves[] = {ROOFMARK_EACH_ISA(ROOFMARK_ROW)};
template <>
constexpr StoringLeaf<AddNormLeaf<bf16>> add_norm_leaves<bf16>[] = {
    ROOFMARK_EACH_ISA_OF_add_norm(ROOFMARK_ROW)};
#undef ROOFMARK_ROW

template <class T>
std::unique_ptr<Task> prepare_norm(const Case& what, Device& device) {
  return leaf_task<Norm<T>>(leaf_of(norm_leaves<T>, what), what, device);
}
template <class T>
std::unique_ptr<Task> prepare_layer_norm(const Case& what, Device& device) {
  return leaf_task<LayerNorm<T>>(leaf_of(layer_norm_leaves<T>, what), what, device);
}
template <class T>
std::unique_ptr<Task> prepare_add_norm(const Case& what, Device& device) {
  return leaf_task<AddNorm<T>>(leaf_of(add_norm_leaves<T>, what), what, device);
}

/// The same of all three.
constexpr std::string_view bf16_isas[] = {ROOFMARK_EACH_ISA_OF_norm(ROOFMARK_NAME)};

}  // namespace

std::vector<Kernel> norm_kernels() {
  std::vector<Variant> norms = storing_variants(
      {prepare_norm<float>, prepare_norm<bf16>, prepare_norm<f16>}, copy_nt, bf16_isas);
  norms.push_back(onednn_norm_variant());
  std::vector<Variant> layer_norms = storing_variants(
      {prepare_layer_norm<float>, prepare_layer_norm<bf16>, prepare_layer_norm<f16>}, copy_nt,
      bf16_isas);
  layer_norms.push_back(onednn_layer_norm_variant());
  return {{.name = "norm",
           .summary = "RMSNorm, y = w x / sqrt(mean(x^2) + eps)",
           .work = norm_work,
           .companion = norm_companion,
           .format_error = norm_format_error,
           .variants = std::move(norms),
           .rows_extent = "rows"},
          {.name = "layer_norm",
           .summary = "LayerNorm, y = w (x - mean x) / sqrt(var x + eps) + b",
           .work = layer_norm_work,
           .companion = norm_companion,
           .format_error = layer_norm_format_error,
           .variants = std::move(layer_norms),
           .rows_extent = "rows"},
          {.name = "add_norm",
           .summary = "residual add and RMSNorm of the sum, h = x + r, y = norm(h)",
           .work = add_norm_work,
           .companion = norm_companion,
           .format_error = add_norm_format_error,
           .variants = element_variants(
               {prepare_add_norm<float>, prepare_add_norm<bf16>, prepare_add_norm<f16>}, bf16_isas),
           .rows_extent = "rows"}};
}

}  // namespace roofmark
