#include "app/surroundings.h"

#include <cstdlib>

#include "harness/cuda_devices.h"
#include "kernels/vendor/blas.h"
#include "kernels/vendor/onednn.h"

namespace roofmark {

Surroundings surroundings(const Sources& sources) {
  Surroundings around;
  around.here = !sources.topology_xml;
  around.health = read_health(sources);
  if (!around.here) return around;
  if (const auto blas = blas_info()) {
    const char* asked = std::getenv("OPENBLAS_CORETYPE");
    around.blas = Surroundings::Blas{blas->name, blas->version, blas->core, blas->threading,
                                     asked != nullptr ? asked : ""};
  }
  around.blas_obstacle = blas_obstacle();
  if (const auto onednn = onednn_info()) {
    around.onednn = Surroundings::Onednn{onednn->version, onednn->isa, onednn->threading};
  }
  const CudaDevices cuda = cuda_devices();
  around.cuda_runtime = cuda.runtime;
  around.cuda_obstacle = cuda.reason;
  return around;
}

}  // namespace roofmark
