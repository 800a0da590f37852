// The machine's own GPU for tests/gpu.
#include "harness/cuda_devices.h"
#include "harness/machine.h"
#include "tests/gpu/gpu_under_test.h"

namespace roofmark {

std::unique_ptr<Device> gpu_under_test() {
  static const Machine machine = discover();
  return machine.gpus.empty() ? nullptr : make_cuda_device(machine);
}

}  // namespace roofmark
