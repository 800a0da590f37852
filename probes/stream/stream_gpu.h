// The bandwidth probes of a GPU as sites and tasks; also for probes that read beside other work.
#pragma once

#include <memory>
#include <vector>

#include "core/case.h"
#include "core/device.h"

namespace roofmark {

/// Where pattern `pattern` (an index of stream_patterns) passes over the memory of this GPU: at
/// least 4 x L2 and 1 GiB, at most a quarter of the memory, in whole waves of blocks.
Site gpu_memory_site(const Machine& machine, int pattern);

/// A launch is one pass or more of pattern `pattern` over arrays of the case's shape, at its level,
/// in the memory that its conditions name.
std::unique_ptr<Task> gpu_stream_task(const Case& what, Device& device, int pattern);

}  // namespace roofmark
