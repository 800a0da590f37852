// Matrix-vector products on NVIDIA GPUs.
#include "kernels/gemv/gemv.cuda.h"

#include "kernels/gemm/cublaslt.h"
#include "kernels/gpu_product.h"

namespace roofmark {
namespace {

std::optional<Companion> companion(const Shape&, int) {
  return Companion{"read", {.level = "dram"}};
}

}  // namespace

std::vector<Kernel> gemv_cuda_kernels() {
  std::vector<Variant> variants;
  const auto add = [&](const char* name, const char* needs, const char* format,
                       std::unique_ptr<Task> (*prepare)(const Case&, Device&)) {
    const bool packed = std::string_view(format).substr(0, 2) == "w4";
    variants.push_back({.name = name,
                        .device = "cuda",
                        .needs = needs,
                        .format = *format_from(format),
                        .prepare = prepare,
                        .refusal = packed ? group_refusal : nullptr,
                        .packed = packed ? "yes" : ""});
  };
  for (const char* format : {"f32", "bf16-f32", "f16-f32", "w8a8"}) {
    add("simt", "8.0", format, prepare_product<launch_gemv_simt>);
  }
  for (const char* format : {"bf16-f32", "f16-f32", "w8a8", "w4a16", "w4a8"}) {
    add("mma", "8.0", format, prepare_product<launch_gemv_mma>);
    add("mma-overlap", "9.0", format, prepare_product<launch_gemv_overlap>);
  }
  for (Variant& variant : cublaslt_gemv_variants()) variants.push_back(std::move(variant));
  return {{.name = "gemv",
           .summary = "matrix-vector product of a Linear layer, y[n] = W[n,k] x[k]",
           .work = product_work,
           .companion = companion,
           .variants = std::move(variants)}};
}

}  // namespace roofmark
