// Matrix products of a Linear layer on NVIDIA GPUs.
#include "kernels/gemm/cublaslt.h"
#include "kernels/gemm/skinny.cuda.h"
#include "kernels/gpu_product.h"

namespace roofmark {
namespace {

template <int most>
std::string refusal(const Shape& shape) {
  if (shape.at("m") > most) {
    return "a skinny product has at most " + std::to_string(most) + " rows of activations";
  }
  return {};
}

std::string packed_refusal(const Shape& shape) {
  const std::string many = refusal<skinny_mma_rows>(shape);
  return many.empty() ? group_refusal(shape) : many;
}

/// Products of so few rows that reading the weights is what they cost.
std::vector<Variant> skinny_gemm_variants() {
  std::vector<Variant> variants;
  for (const char* format : {"f32", "bf16-f32", "f16-f32", "w8a8"}) {
    variants.push_back({.name = "simt",
                        .device = "cuda",
                        .needs = "8.0",
                        .format = *format_from(format),
                        .prepare = prepare_product<launch_skinny_simt>,
                        .refusal = refusal<skinny_simt_rows>});
  }
  for (const char* format : {"bf16-f32", "f16-f32", "w8a8", "w4a16", "w4a8"}) {
    const bool packed = std::string_view(format).substr(0, 2) == "w4";
    variants.push_back({.name = "mma",
                        .device = "cuda",
                        .needs = "8.0",
                        .format = *format_from(format),
                        .prepare = prepare_product<launch_skinny_mma>,
                        .refusal = packed ? packed_refusal : refusal<skinny_mma_rows>,
                        .packed = packed ? "yes" : ""});
  }
  return variants;
}

}  // namespace

std::vector<Kernel> gemm_cuda_kernels() {
  std::vector<Variant> variants = skinny_gemm_variants();
  for (Variant& variant : cublaslt_gemm_variants()) variants.push_back(std::move(variant));
  return {{.name = "gemm",
           .summary = "matrix product of a Linear layer, C[m,n] = A[m,k] W[n,k]^T",
           .work = product_work,
           .companion = product_companion,
           .variants = std::move(variants)}};
}

}  // namespace roofmark
