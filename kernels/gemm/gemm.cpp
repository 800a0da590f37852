// Matrix product of a Linear layer over several tokens: C = A W^T.
#include "kernels/gemm/gemm.h"

#include "core/case.h"
#include "kernels/cpu_task.h"
#include "kernels/vendor/onednn_task.h"

namespace roofmark {
namespace {

std::optional<Companion> companion(const Shape&, int) { return Companion{}; }

std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return cpu_task(BlasGemm(what.shape, what.threads), what, device);
}

}  // namespace

std::vector<Kernel> gemm_kernels() {
  std::vector<Variant> variants{
      {.name = "openblas", .device = "cpu", .prepare = prepare, .unavailable = blas_obstacle()}};
  for (Variant& variant : onednn_product_variants()) variants.push_back(std::move(variant));
  return {{.name = "gemm",
           .summary = "matrix product of a Linear layer, C[m,n] = A[m,k] W[n,k]^T",
           .work = product_work,
           .companion = companion,
           .variants = variants}};
}

}  // namespace roofmark
