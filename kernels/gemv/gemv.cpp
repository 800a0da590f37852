// Matrix-vector product of a Linear layer over one token: y = W x.
#include "kernels/gemv/gemv.h"

#include "kernels/format_error.h"
#include "kernels/native.h"
#include "kernels/vendor/onednn_task.h"

namespace roofmark {
namespace {

/// All but one in a thousand of its bytes are weights, read once.
std::optional<Companion> companion(const Shape&, int) {
  return Companion{"read", {.level = "dram"}};
}

template <const auto& leaves>
std::unique_ptr<Task> prepare_rows(const Case& what, Device& device) {
  const RowLeaf* leaf = leaf_of<const RowLeaf*>(leaves, what);
  return cpu_task(NativeGemv(*leaf, what, device), what, device, leaf_code(kernels_code(), leaf));
}

template <const auto& leaves>
std::unique_ptr<Task> prepare_nibbles(const Case& what, Device& device) {
  const NibbleLeaf* leaf = leaf_of<const NibbleLeaf*>(leaves, what);
  return cpu_task(NibbleGemv(*leaf, what, device), what, device, leaf_code(kernels_code(), leaf));
}

std::unique_ptr<Task> prepare_blas(const Case& what, Device& device) {
  return cpu_task(BlasGemv(what), what, device, blas_code());
}

#define ROOFMARK_LEAVES(name, Type, leaf, each) \
  constexpr Leaf<const Type*> name[] = {each(ROOFMARK_ROW_OF_##leaf)};
#define ROOFMARK_ROW_OF_gemv_f32(isa, vector_bytes) {#isa, &isa_##isa::gemv_f32},
#define ROOFMARK_ROW_OF_gemv_f16(isa, vector_bytes) {#isa, &isa_##isa::gemv_f16},
#define ROOFMARK_ROW_OF_gemv_bf16(isa, vector_bytes) {#isa, &isa_##isa::gemv_bf16},
#define ROOFMARK_ROW_OF_gemv_bf16_pairs(isa, vector_bytes) {#isa, &isa_##isa::gemv_bf16_pairs},
#define ROOFMARK_ROW_OF_gemv_int8(isa, vector_bytes) {#isa, &isa_##isa::gemv_int8},
#define ROOFMARK_ROW_OF_gemv_w4a16(isa, vector_bytes) {#isa, &isa_##isa::gemv_w4a16},
#define ROOFMARK_ROW_OF_gemv_w4a8(isa, vector_bytes) {#isa, &isa_##isa::gemv_w4a8},
ROOFMARK_LEAVES(f32_leaves, RowLeaf, gemv_f32, ROOFMARK_EACH_ISA_OF_gemv)
#define ROOFMARK_EACH_ISA_OF_F16(X) ROOFMARK_EACH_ISA_OF_gemv(X) ROOFMARK_EACH_ISA_OF_gemv_f16(X)
ROOFMARK_LEAVES(f16_leaves, RowLeaf, gemv_f16, ROOFMARK_EACH_ISA_OF_F16)
ROOFMARK_LEAVES(bf16_leaves, RowLeaf, gemv_bf16, ROOFMARK_EACH_ISA_OF_gemv)
ROOFMARK_LEAVES(bf16_pair_leaves, RowLeaf, gemv_bf16_pairs, ROOFMARK_EACH_ISA_OF_gemv_pairs)
ROOFMARK_LEAVES(int8_leaves, RowLeaf, gemv_int8, ROOFMARK_EACH_ISA_OF_gemv_int8)
ROOFMARK_LEAVES(w4a16_leaves, NibbleLeaf, gemv_w4a16, ROOFMARK_EACH_ISA_OF_gemv_w4)
ROOFMARK_LEAVES(w4a8_leaves, NibbleLeaf, gemv_w4a8, ROOFMARK_EACH_ISA_OF_gemv_w4)

template <const auto& leaves>
void add_rows(std::vector<Variant>& variants, const char* format) {
  for (Variant& variant :
       native_variants<const RowLeaf*>(leaves, *format_from(format), prepare_rows<leaves>)) {
    variants.push_back(std::move(variant));
  }
}

template <const auto& leaves>
void add_nibbles(std::vector<Variant>& variants, const char* format) {
  for (Variant& variant :
       native_variants<const NibbleLeaf*>(leaves, *format_from(format), prepare_nibbles<leaves>)) {
    variant.packed = "yes";
    variant.refusal = nibble_group_refusal;
    variants.push_back(std::move(variant));
  }
}

}  // namespace

std::vector<Kernel> gemv_kernels() {
  std::vector<Variant> variants;
  add_rows<f32_leaves>(variants, "f32");
  add_rows<f16_leaves>(variants, "f16-f32");
  add_rows<bf16_leaves>(variants, "bf16-f32");
  add_rows<bf16_pair_leaves>(variants, "bf16-f32");
  add_rows<int8_leaves>(variants, "w8a8");
  add_nibbles<w4a16_leaves>(variants, "w4a16");
  add_nibbles<w4a8_leaves>(variants, "w4a8");
  variants.push_back({.name = "openblas",
                      .device = "cpu",
                      .prepare = prepare_blas,
                      .unavailable = blas_obstacle(),
                      .library = true});
  for (Variant& variant : onednn_product_variants()) variants.push_back(std::move(variant));
  return {{.name = "gemv",
           .summary = "matrix-vector product of a Linear layer, y[n] = W[n,k] x[k]",
           .work = product_work,
           .companion = companion,
           .format_error = product_format_error,
           .variants = std::move(variants)}};
}

}  // namespace roofmark
