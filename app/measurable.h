// What this program can measure, and whether a request can be measured here.
#pragma once

#include <span>
#include <vector>

#include "app/presets.h"
#include "core/kernel.h"

namespace roofmark {

/// Probes, then kernels.
std::vector<Kernel> everything();

/// The request on every device that this build has kernels for, the CPU first, where it names none.
RunRequest on_all_devices(RunRequest request, std::span<const Kernel> registry);

/// Throws AbsentError where a device that was asked for is not here (one that was not is missing
/// row by row), InputError where no product can run in the formats that were.
void require_measurable(const RunRequest& asked, const Policy& policy,
                        std::span<const Kernel> registry, const Machine& machine);

}  // namespace roofmark
