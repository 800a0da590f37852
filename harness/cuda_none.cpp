// Stands in for harness/cuda_devices.cpp in a build without CUDA.
#include "harness/cuda_devices.h"

namespace roofmark {
CudaDevices cuda_devices(const std::string&) { return {{}, {}, {}, "built without CUDA"}; }
}  // namespace roofmark
