// Stands in for harness/cuda_*.cpp in a build without CUDA.
#include "core/error.h"
#include "harness/cuda_devices.h"

namespace roofmark {

CudaDevices cuda_devices(const std::string&) { return {{}, {}, {}, "built without CUDA"}; }

std::unique_ptr<Device> make_cuda_device(const Machine&) {
  throw AbsentError("there is no CUDA device (built without CUDA); build with the cuda preset");
}

}  // namespace roofmark
