// Matrix products of a Linear layer on NVIDIA GPUs.
#include "kernels/gemm/cublaslt.h"
#include "kernels/product.h"

namespace roofmark {
namespace {

std::optional<Companion> companion(const Shape&, int) { return Companion{}; }

}  // namespace

std::vector<Kernel> gemm_cuda_kernels() {
  return {{.name = "gemm",
           .summary = "matrix product of a Linear layer, C[m,n] = A[m,k] W[n,k]^T",
           .work = product_work,
           .companion = companion,
           .variants = cublaslt_gemm_variants()}};
}

}  // namespace roofmark
