// The vendor's matrix product on NVIDIA GPUs: cuBLASLt, found when the program runs.
#pragma once

#include <string>
#include <vector>

#include "core/kernel.h"

namespace roofmark {

/// C[m,n] = A[m,k] W[n,k]^T in every format that cuBLASLt and the work model agree on: the result
/// is as wide as the activations, so int8 is scaled and rounded to int8, fp8 to fp8.  It has one
/// scale for all outputs of 8-bit weights, where the work model counts one for each.  Without the
/// library each is a row that says where it was sought.
std::vector<Variant> cublaslt_gemm_variants();
/// The same with m = 1, as a framework without a kernel of its own calls it: y[n] = W[n,k] x[k].
inline std::vector<Variant> cublaslt_gemv_variants() { return cublaslt_gemm_variants(); }

/// The library that those would use on this machine.
struct CublasLt {
  std::string version;  ///< "13.1.0"
  std::string path;
  std::string problem;  ///< why there is none; empty where there is one
};
CublasLt cublaslt_here();

}  // namespace roofmark
