// The NVIDIA GPUs that this process can see, by the CUDA runtime (12.2 to 13.x, linked statically).
#include "harness/cuda_devices.h"

#include <cuda_runtime_api.h>

namespace roofmark {
namespace {

std::string version_text(int version) {  // 13000 is 13.0, 12020 is 12.2
  return std::to_string(version / 1000) + '.' + std::to_string(version % 1000 / 10);
}

/// Attributes, not cudaDeviceProp: toolkit 13 dropped fields of the latter.  0 where unknown.
int attribute(cudaDeviceAttr which, int device) {
  int value = 0;
  if (cudaDeviceGetAttribute(&value, which, device) != cudaSuccess) {
    cudaGetLastError();  // a refused attribute must not be reported by the next call
    return 0;
  }
  return value;
}

Gpu read_gpu(int device, const cudaDeviceProp& properties) {
  return {.name = properties.name,
          .compute_capability =
              std::to_string(attribute(cudaDevAttrComputeCapabilityMajor, device)) + '.' +
              std::to_string(attribute(cudaDevAttrComputeCapabilityMinor, device)),
          .sms = attribute(cudaDevAttrMultiProcessorCount, device),
          .memory_bytes = static_cast<std::int64_t>(properties.totalGlobalMem),
          .l2_bytes = attribute(cudaDevAttrL2CacheSize, device),
          .integrated = attribute(cudaDevAttrIntegrated, device) != 0};
}

}  // namespace

CudaDevices cuda_devices() {
  CudaDevices found;
  int version = 0;
  if (cudaRuntimeGetVersion(&version) == cudaSuccess) found.runtime = version_text(version);
  int count = 0;
  const cudaError_t counted = cudaGetDeviceCount(&count);
  if (counted != cudaSuccess) {
    found.reason = std::string("no CUDA device (") + cudaGetErrorString(counted) + ")";
    cudaGetLastError();
    return found;
  }
  for (int device = 0; device < count; ++device) {
    cudaDeviceProp properties;
    const cudaError_t asked = cudaGetDeviceProperties(&properties, device);
    if (asked == cudaSuccess) {
      found.gpus.push_back(read_gpu(device, properties));
    } else {
      found.reason = "CUDA device " + std::to_string(device) + " does not answer (" +
                     cudaGetErrorString(asked) + ")";
      cudaGetLastError();
    }
  }
  if (count == 0) found.reason = "no CUDA device (the driver reports none)";
  return found;
}

}  // namespace roofmark
