// OpenBLAS behind kernels/vendor/blas.h.
#include <cblas.h>

#include <cassert>
#include <limits>
#include <sstream>

#include "kernels/vendor/blas.h"
#include "kernels/vendor/shared_library.h"

namespace roofmark {
namespace {

/// Second word of "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ...".
std::string version_in(const std::string& config) {
  std::istringstream words(config);
  std::string name, version;
  words >> name >> version;
  const bool numbered = !version.empty() && version.front() >= '0' && version.front() <= '9';
  return numbered ? version : "unknown";
}

std::string threading() {
  switch (openblas_get_parallel()) {
    case OPENBLAS_SEQUENTIAL:
      return "none";
    case OPENBLAS_THREAD:
      return "pthreads";
    case OPENBLAS_OPENMP:
      return "openmp";
    default:
      return "unknown";
  }
}

blasint narrow(std::int64_t extent) {
  assert(extent >= 0 && extent <= std::numeric_limits<blasint>::max());
  return static_cast<blasint>(extent);
}

void use(int threads) {
  if (openblas_get_num_threads() != threads) openblas_set_num_threads(threads);
}

}  // namespace

std::optional<BlasInfo> blas_info() {
  const char* core = openblas_get_corename();
  return BlasInfo{"OpenBLAS", version_in(openblas_get_config()), core ? core : "unknown",
                  threading()};
}

std::string blas_text() {
  const BlasInfo info = *blas_info();
  const std::string text = info.name + " " + info.version + ", core " + info.core;
  return info.threading == "openmp" ? text : text + ", threads " + info.threading;
}

std::string blas_code() { return library_code(reinterpret_cast<const void*>(&cblas_sgemm)); }

std::string blas_obstacle() { return {}; }

void blas_sgemm(std::int64_t m, std::int64_t n, std::int64_t k, const float* a, const float* w,
                float* c, int threads) {
  use(threads);
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, narrow(m), narrow(n), narrow(k), 1.0f, a,
              narrow(k), w, narrow(k), 0.0f, c, narrow(n));
}

void blas_sgemv(std::int64_t n, std::int64_t k, const float* w, const float* x, float* y,
                int threads) {
  use(threads);
  cblas_sgemv(CblasRowMajor, CblasNoTrans, narrow(n), narrow(k), 1.0f, w, narrow(k), x, 1, 0.0f, y,
              1);
}

}  // namespace roofmark
