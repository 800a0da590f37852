// What NVIDIA's management library says of a GPU: clocks, power, heat, and why it runs no faster.
// Loaded at run time, because a Jetson or a container may lack it; what it does not say is unknown.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/machine.h"
#include "core/measurement.h"

namespace roofmark {

/// Bits of a reason for which a GPU runs no faster, as NVML numbers them.
namespace clock_event {
inline constexpr unsigned long long idle = 0x1, clock_setting = 0x2, power_cap = 0x4,
                                    hardware_slowdown = 0x8, sync_boost = 0x10,
                                    software_thermal = 0x20, hardware_thermal = 0x40,
                                    power_brake = 0x80, display_clock = 0x100;
/// Heat, or a supply that gives way: such a sample says nothing about the GPU.  The power cap is
/// none of them, because large products run into it on a healthy card.
inline constexpr unsigned long long disturbing =
    hardware_slowdown | software_thermal | hardware_thermal | power_brake;
}  // namespace clock_event

/// "power_cap", "hardware_thermal" ...; a bit nobody knows is "bit 12".
std::vector<std::string> clock_event_names(unsigned long long reasons);

/// One GPU as NVML knows it.  Never throws: without the library, the device or a function, what
/// depends on it is unknown.
class NvmlDevice {
 public:
  /// `library` as dlopen() takes it, `pci_bus_id` as the CUDA runtime gives it.  Where NVML knows
  /// no device by that id and has but one, it is that one (a GPU that sits on no PCI bus).
  NvmlDevice(const std::string& library, const std::string& pci_bus_id);
  ~NvmlDevice();
  NvmlDevice(NvmlDevice&&) noexcept;
  NvmlDevice& operator=(NvmlDevice&&) noexcept;

  /// Why it says nothing at all; empty: it answers.
  const std::string& obstacle() const;
  /// Asks for everything; `unknown` names what could not be had.
  GpuSetting setting() const;
  GpuHealth health() const;
  Known<unsigned long long> clock_events() const;
  /// Seconds below the wanted clock because of heat, since the driver was loaded.
  Known<double> thermal_violation_s() const;

 private:
  struct Library;
  std::unique_ptr<Library> library_;
};

}  // namespace roofmark
