// The BLAS this program was built with, if any: what it is, and the two products that a Linear
// layer asks of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace roofmark {

struct BlasInfo {
  std::string name;       ///< "OpenBLAS"
  std::string version;    ///< "0.3.21", or "unknown"
  std::string core;       ///< the micro-architecture whose kernels it chose: "Haswell"
  std::string threading;  ///< openmp (its threads are ours) | pthreads | none
};

/// The library as it presents itself at run time; nullopt in a build without one.
std::optional<BlasInfo> blas_info();

/// "OpenBLAS 0.3.21, core Haswell", with the threading where it is not OpenMP; empty without a
/// BLAS.
std::string blas_text();

/// Task::code_hash() of its products; empty without a BLAS.
std::string blas_code();

/// Why variants that need a BLAS cannot run: "built without OpenBLAS"; empty: they can.
std::string blas_obstacle();

/// c = a w^T.  a: [m, k], w: [n, k] as a Linear layer keeps it, c: [m, n], all row-major and dense.
/// Runs on up to `threads` threads, as the library sees fit.  Asserts where there is no library.
void blas_sgemm(std::int64_t m, std::int64_t n, std::int64_t k, const float* a, const float* w,
                float* c, int threads);

/// y = w x.  w: [n, k] row-major, x: [k], y: [n].  As above.
void blas_sgemv(std::int64_t n, std::int64_t k, const float* w, const float* x, float* y,
                int threads);

}  // namespace roofmark
