// Matrix product of a Linear layer over several tokens: C = A W^T.
#include "kernels/gemm/gemm.h"

#include "core/case.h"
#include "kernels/cpu_task.h"
#include "kernels/format_error.h"
#include "kernels/gemm/nibble_gemm.h"
#include "kernels/gemm/panel_gemm.h"
#include "kernels/native.h"
#include "kernels/vendor/onednn_task.h"

namespace roofmark {
namespace {

#define ROOFMARK_LEAVES(name, leaf, each) \
  constexpr Leaf<const PanelLeaf*> name[] = {each(ROOFMARK_ROW_OF_##leaf)};
#define ROOFMARK_ROW_OF_gemm_f32(isa, vector_bytes) {#isa, &isa_##isa::gemm_f32},
#define ROOFMARK_ROW_OF_gemm_f16(isa, vector_bytes) {#isa, &isa_##isa::gemm_f16},
#define ROOFMARK_ROW_OF_gemm_bf16(isa, vector_bytes) {#isa, &isa_##isa::gemm_bf16},
#define ROOFMARK_ROW_OF_gemm_bf16_pairs(isa, vector_bytes) {#isa, &isa_##isa::gemm_bf16_pairs},
#define ROOFMARK_ROW_OF_gemm_int8(isa, vector_bytes) {#isa, &isa_##isa::gemm_int8},
#define ROOFMARK_ROW_OF_gemm_w4a16(isa, vector_bytes) {#isa, &isa_##isa::gemm_w4a16},
#define ROOFMARK_ROW_OF_gemm_w4a8(isa, vector_bytes) {#isa, &isa_##isa::gemm_w4a8},
#define ROOFMARK_ROW_OF_gemm_w4a8_quads(isa, vector_bytes) {#isa, &isa_##isa::gemm_w4a8_quads},
ROOFMARK_LEAVES(f32_leaves, gemm_f32, ROOFMARK_EACH_ISA_OF_gemm)
#define ROOFMARK_EACH_ISA_OF_F16(X) ROOFMARK_EACH_ISA_OF_gemm(X) ROOFMARK_EACH_ISA_OF_gemm_f16(X)
ROOFMARK_LEAVES(f16_leaves, gemm_f16, ROOFMARK_EACH_ISA_OF_F16)
ROOFMARK_LEAVES(bf16_leaves, gemm_bf16, ROOFMARK_EACH_ISA_OF_gemm)
ROOFMARK_LEAVES(pair_leaves, gemm_bf16_pairs, ROOFMARK_EACH_ISA_OF_gemm_pairs)
ROOFMARK_LEAVES(int8_leaves, gemm_int8, ROOFMARK_EACH_ISA_OF_gemm_int8)
constexpr Leaf<const NibblePanelLeaf*> w4a16_leaves[] = {
    ROOFMARK_EACH_ISA_OF_gemm_w4(ROOFMARK_ROW_OF_gemm_w4a16)};
constexpr Leaf<const NibblePanelLeaf*> w4a8_leaves[] = {
    ROOFMARK_EACH_ISA_OF_gemm_w4(ROOFMARK_ROW_OF_gemm_w4a8)};
constexpr Leaf<const NibblePanelLeaf*> w4a8_quad_leaves[] = {
    ROOFMARK_EACH_ISA_OF_gemm_w4a8(ROOFMARK_ROW_OF_gemm_w4a8_quads)};

template <const auto& leaves>
std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  const PanelLeaf* leaf = leaf_of<const PanelLeaf*>(leaves, what);
  return cpu_task(PanelGemm(*leaf, what, device), what, device, leaf_code(kernels_code(), leaf));
}

template <const auto& leaves>
void add_native(std::vector<Variant>& variants, const char* format) {
  for (Variant& variant :
       native_variants<const PanelLeaf*>(leaves, *format_from(format), prepare<leaves>)) {
    variant.packed = "yes";
    variants.push_back(std::move(variant));
  }
}

template <const auto& leaves>
std::unique_ptr<Task> prepare_nibbles(const Case& what, Device& device) {
  const NibblePanelLeaf* leaf = leaf_of<const NibblePanelLeaf*>(leaves, what);
  return cpu_task(NibbleGemm(*leaf, what, device), what, device, leaf_code(kernels_code(), leaf));
}

template <const auto& leaves>
void add_nibbles(std::vector<Variant>& variants, const char* format) {
  for (Variant& variant : native_variants<const NibblePanelLeaf*>(leaves, *format_from(format),
                                                                  prepare_nibbles<leaves>)) {
    variant.packed = "yes";
    variant.refusal = nibble_group_refusal;
    variants.push_back(std::move(variant));
  }
}

std::unique_ptr<Task> prepare_blas(const Case& what, Device& device) {
  return cpu_task(BlasGemm(what.shape, what.threads), what, device, blas_code());
}

}  // namespace

std::vector<Kernel> gemm_kernels() {
  std::vector<Variant> variants;
  add_native<f32_leaves>(variants, "f32");
  add_native<f16_leaves>(variants, "f16-f32");
  add_native<bf16_leaves>(variants, "bf16-f32");
  add_native<pair_leaves>(variants, "bf16-f32");
  add_native<int8_leaves>(variants, "w8a8");
  add_nibbles<w4a16_leaves>(variants, "w4a16");
  add_nibbles<w4a8_leaves>(variants, "w4a8");
  add_nibbles<w4a8_quad_leaves>(variants, "w4a8");
  variants.push_back({.name = "openblas",
                      .device = "cpu",
                      .prepare = prepare_blas,
                      .unavailable = blas_obstacle(),
                      .library = true});
  for (Variant& variant : onednn_product_variants()) variants.push_back(std::move(variant));
  return {{.name = "gemm",
           .summary = "matrix product of a Linear layer, C[m,n] = A[m,k] W[n,k]^T",
           .work = product_work,
           .companion = product_companion,
           .format_error = product_format_error,
           .variants = std::move(variants)}};
}

}  // namespace roofmark
