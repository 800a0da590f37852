#include "app/measurable.h"

#include <algorithm>

#include "core/error.h"
#include "kernels/registry.h"
#include "probes/registry.h"

namespace roofmark {

std::vector<Kernel> everything() {
  std::vector<Kernel> all = all_probes();
  merge(all, all_kernels());
  return all;
}

RunRequest on_all_devices(RunRequest request, std::span<const Kernel> registry) {
  if (!request.devices.empty()) return request;
  const bool any_gpu = std::any_of(registry.begin(), registry.end(), [](const Kernel& kernel) {
    return std::any_of(kernel.variants.begin(), kernel.variants.end(),
                       [](const Variant& variant) { return variant.device == "cuda"; });
  });
  request.devices =
      any_gpu ? std::vector<std::string>{"cpu", "cuda"} : std::vector<std::string>{"cpu"};
  return request;
}

void require_measurable(const RunRequest& asked, const Policy& policy,
                        std::span<const Kernel> registry, const Machine& machine) {
  if (std::count(asked.devices.begin(), asked.devices.end(), "cuda") > 0 && machine.gpus.empty()) {
    throw AbsentError(
        "there is no CUDA device here (see roofmark doctor); leave out --device cuda");
  }
  require_formats(asked, policy, registry, machine);
}

}  // namespace roofmark
