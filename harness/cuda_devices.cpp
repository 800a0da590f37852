// The NVIDIA GPUs that this process can see, by the CUDA runtime (12.2 to 13.x, linked statically).
#include "harness/cuda_devices.h"

#include <cuda_runtime_api.h>

#include <utility>

#include "harness/nvml.h"

namespace roofmark {
namespace {

std::string version_text(int version) {  // 13000 is 13.0, 12020 is 12.2
  return std::to_string(version / 1000) + '.' + std::to_string(version % 1000 / 10);
}

/// Attributes, not cudaDeviceProp: toolkit 13 dropped fields of the latter.
Known<int> known(cudaDeviceAttr which, int device) {
  int value = 0;
  if (cudaDeviceGetAttribute(&value, which, device) == cudaSuccess) return value;
  cudaGetLastError();  // a refused attribute must not be reported by the next call
  return std::nullopt;
}

int attribute(cudaDeviceAttr which, int device) { return known(which, device).value_or(0); }

Known<int> positive(cudaDeviceAttr which, int device) {
  const Known<int> value = known(which, device);
  return value.value_or(0) > 0 ? value : std::nullopt;
}

Known<bool> flag(cudaDeviceAttr which, int device) {
  const Known<int> value = known(which, device);
  return value ? Known<bool>(*value != 0) : std::nullopt;
}

/// Fills what nobody better knew from the runtime's own view.
void complete(GpuSetting& setting, const Gpu& gpu, int device) {
  constexpr double kilohertz = 1e3;
  const auto clock = [&](Known<double>& value, cudaDeviceAttr which) {
    const Known<int> rate = positive(which, device);
    if (!value && rate) value = *rate * kilohertz;
  };
  clock(setting.clock_max_hz, cudaDevAttrClockRate);
  // On an integrated GPU this attribute is a fifth of the truth (40.8 for 204.8 GB/s on an Orin).
  if (!gpu.integrated) clock(setting.memory_clock_max_hz, cudaDevAttrMemoryClockRate);
  int version = 0;
  if (cudaDriverGetVersion(&version) == cudaSuccess && version > 0) {
    setting.cuda_driver = version_text(version);
  }
  if (cudaRuntimeGetVersion(&version) == cudaSuccess) setting.cuda_runtime = version_text(version);
  if (!gpu.slice().empty()) setting.mig = gpu.slice();
}

Gpu read_gpu(int device, const cudaDeviceProp& properties) {
  return {.name = properties.name,
          .compute_capability =
              std::to_string(attribute(cudaDevAttrComputeCapabilityMajor, device)) + '.' +
              std::to_string(attribute(cudaDevAttrComputeCapabilityMinor, device)),
          .sms = attribute(cudaDevAttrMultiProcessorCount, device),
          .memory_bytes = static_cast<std::int64_t>(properties.totalGlobalMem),
          .l2_bytes = attribute(cudaDevAttrL2CacheSize, device),
          .integrated = attribute(cudaDevAttrIntegrated, device) != 0,
          .shared_per_sm_bytes = positive(cudaDevAttrMaxSharedMemoryPerMultiprocessor, device),
          .shared_per_block_bytes = positive(cudaDevAttrMaxSharedMemoryPerBlockOptin, device),
          .memory_bus_bits = positive(cudaDevAttrGlobalMemoryBusWidth, device),
          .host_register = flag(cudaDevAttrHostRegisterSupported, device),
          .pageable_access = flag(cudaDevAttrPageableMemoryAccess, device),
          .concurrent_managed = flag(cudaDevAttrConcurrentManagedAccess, device)};
}

std::string pci_bus_id(int device) {
  char id[32] = "";
  if (cudaDeviceGetPCIBusId(id, sizeof id, device) != cudaSuccess) cudaGetLastError();
  return id;
}

}  // namespace

CudaDevices cuda_devices(const std::string& nvml) {
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
      Gpu gpu = read_gpu(device, properties);
      found.pci_bus_ids.push_back(pci_bus_id(device));
      gpu.setting = NvmlDevice(nvml, found.pci_bus_ids.back()).setting();
      complete(gpu.setting, gpu, device);
      found.gpus.push_back(std::move(gpu));
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
