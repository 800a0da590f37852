// What a Jetson's files say: the module, how it is set, its clocks, supply rails and over-current
// counters.  All of it without root; what root alone may read is unknown.
#pragma once

#include "core/machine.h"
#include "core/measurement.h"
#include "harness/proc_files.h"

namespace roofmark {

/// Module, software and settings; nullopt where this is no board of NVIDIA's.
Known<Jetson> read_jetson(const ProcFiles& files);

/// Clocks and temperature of its GPU now; nothing is known where there is no such GPU.
GpuHealth tegra_gpu_health(const ProcFiles& files);

/// Over-current counters since boot; nullopt where the board has none.
Known<OverCurrent> over_current(const ProcFiles& files);

/// Watts of each supply rail that is connected, by its label, in the order of the sensors.
std::vector<std::pair<std::string, double>> rails_w(const ProcFiles& files);

}  // namespace roofmark
