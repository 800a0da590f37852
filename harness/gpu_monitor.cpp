#include "harness/gpu_monitor.h"

#include "harness/proc_files.h"
#include "harness/tegra.h"

namespace roofmark {
namespace {

/// How far a counter has risen; its first reading is no event, and neither is its reset.
std::int64_t risen(const Known<std::int64_t>& before, const Known<std::int64_t>& now) {
  return before && now && *now > *before ? *now - *before : 0;
}

template <class T>
void fill(Known<T>& value, const Known<T>& other) {
  if (!value) value = other;
}

}  // namespace

GpuMonitor::GpuMonitor(const std::string& pci_bus_id, const Sources& sources)
    : sources_(sources), nvml_(sources.nvml, pci_bus_id) {
  throttle_events();
  events_ = 0;
}

Health GpuMonitor::health() const {
  Health health = read_health(sources_);
  GpuHealth gpu = nvml_.health();
  const GpuHealth board = tegra_gpu_health(ProcFiles(sources_.root));
  fill(gpu.clock_hz, board.clock_hz);
  fill(gpu.memory_clock_hz, board.memory_clock_hz);
  fill(gpu.temperature_c, board.temperature_c);
  health.gpu = gpu;
  return health;
}

std::int64_t GpuMonitor::throttle_events() {
  const bool now = (nvml_.clock_events().value_or(0) & clock_event::disturbing) != 0;
  if (now || disturbed_) ++events_;
  disturbed_ = now;

  const Known<double> violation_s = nvml_.thermal_violation_s();
  if (violation_s && thermal_violation_s_ && *violation_s > *thermal_violation_s_) ++events_;
  thermal_violation_s_ = violation_s;

  const OverCurrent counters = over_current(ProcFiles(sources_.root)).value_or(OverCurrent{});
  events_ += risen(over_current_.oc1, counters.oc1) + risen(over_current_.oc2, counters.oc2);
  over_current_ = counters;
  return events_;
}

}  // namespace roofmark
