// kernels/vendor/blas.h in a build that found no BLAS.
#include <cassert>

#include "kernels/vendor/blas.h"

namespace roofmark {

std::optional<BlasInfo> blas_info() { return std::nullopt; }
std::string blas_text() { return {}; }
std::string blas_code() { return {}; }
std::string blas_obstacle() { return "built without OpenBLAS"; }

void blas_sgemm(std::int64_t, std::int64_t, std::int64_t, const float*, const float*, float*, int) {
  assert(false && "no BLAS in this build");
}

void blas_sgemv(std::int64_t, std::int64_t, const float*, const float*, float*, int) {
  assert(false && "no BLAS in this build");
}

}  // namespace roofmark
