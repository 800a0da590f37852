// Watches one GPU while rows are measured: its health, and whether a sample was disturbed.
#pragma once

#include <cstdint>
#include <string>

#include "core/measurement.h"
#include "harness/machine.h"
#include "harness/nvml.h"

namespace roofmark {

class GpuMonitor {
 public:
  /// `pci_bus_id` as the CUDA runtime gives it.  Never throws: what cannot be watched is unknown.
  explicit GpuMonitor(const std::string& pci_bus_id, const Sources& sources = {});

  /// The machine's health with the GPU's beside it.
  Health health() const;

  /// A count that has risen between two calls if the GPU was slowed down by heat or by its supply
  /// at either of them or in between: a Jetson's under-voltage and average over-current events,
  /// NVML's time of thermal violation, and its reasons in clock_event::disturbing.  The software
  /// power cap alone moves nothing, nor does a Jetson's peak over-current counter.
  std::int64_t throttle_events();

 private:
  Sources sources_;
  NvmlDevice nvml_;
  bool disturbed_ = false;  ///< at the last call
  Known<double> thermal_violation_s_;
  OverCurrent over_current_;
  std::int64_t events_ = 0;
};

}  // namespace roofmark
