// The NVIDIA GPUs that this process can see.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/device.h"
#include "core/machine.h"

namespace roofmark {

struct CudaDevices {
  std::vector<Gpu> gpus;
  std::vector<std::string> pci_bus_ids;  ///< parallel to gpus; a file never holds them
  std::string runtime;  ///< version of the CUDA runtime built in, "13.0"; empty: built without CUDA
  std::string reason;   ///< why there are none; empty where there are some
};

/// Asks the CUDA runtime, and NVML for how each GPU is set.  A host without a GPU or a driver
/// yields an empty list and a reason; nothing is allocated on a device.
CudaDevices cuda_devices(const std::string& nvml = "libnvidia-ml.so.1");

/// The first GPU of the machine as a device: one per process, because errors of a GPU stick to a
/// process.  Throws AbsentError where there is none, MeasurementError where it cannot be used.
std::unique_ptr<Device> make_cuda_device(const Machine& machine);

}  // namespace roofmark
