// kernels/gemm/cublaslt.h in a build without CUDA, whose headers it needs.
#include "kernels/gemm/cublaslt.h"

namespace roofmark {
std::vector<Variant> cublaslt_gemm_variants() { return {}; }
CublasLt cublaslt_here() { return {.problem = "built without CUDA"}; }
}  // namespace roofmark
