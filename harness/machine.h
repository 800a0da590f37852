// Finds out what the machine is, without root: hwloc for the topology, /sys and /proc for the rest.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/machine.h"
#include "core/measurement.h"

namespace roofmark {

/// Where to look: the real machine, or a recorded one (hwloc XML, a copy of /sys and /proc, a
/// library that stands in for NVML).
struct Sources {
  std::filesystem::path root = "/";
  std::optional<std::filesystem::path> topology_xml;
  std::string nvml = "libnvidia-ml.so.1";  ///< as dlopen() takes it; empty: none
};

/// Reads everything it can.  What cannot be read is nullopt.  Throws MeasurementError only where
/// not even the number of CPUs can be found.
Machine discover(const Sources& sources = {});

/// Load, steal, temperature, throttle counters and pressure at this moment.
Health read_health(const Sources& sources = {});

/// Seconds the hypervisor has taken from these logical CPUs since boot; nullopt where unknown.
std::optional<double> stolen_s(const Sources& sources, const std::vector<int>& cpus);

}  // namespace roofmark
