#include "harness/nvml.h"

#include <dlfcn.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <limits>

#include "harness/proc_files.h"

namespace roofmark {
namespace {

// Declared here and not in nvml.h, so that this builds on hosts without CUDA.  Names, numbers and
// layouts are those of the NVML API reference and have been stable since driver 470.
using Handle = void*;
constexpr int succeeded = 0, clock_sm = 1, clock_memory = 2, temperature_gpu = 0,
              violation_power = 0, violation_thermal = 1, error_uncorrected = 1,
              counter_volatile = 0, insufficient_size = 7;
struct Violation {
  unsigned long long reference_us, violation_ns;
};

std::string error_text(int code) {
  switch (code) {
    case 1:
      return "not initialized";
    case 2:
      return "invalid argument";
    case 3:
      return "not supported";
    case 4:
      return "no permission";
    case 6:
      return "not found";
    case 9:
      return "the driver is not loaded";
    case 13:
      return "the library lacks it";
    case 15:
      return "the GPU is lost";
    case 18:
      return "library and driver have different versions";
    default:
      return "NVML error " + std::to_string(code);
  }
}

/// A value, or why there is none.
template <class T>
struct Answer {
  Known<T> value;
  std::string reason;
};

/// NVML says "not available" with all bits set where it has no code for it.
bool available(unsigned value) { return value != std::numeric_limits<unsigned>::max(); }

}  // namespace

struct NvmlDevice::Library {
  void* handle = nullptr;
  bool initialized = false;
  Handle device = nullptr;
  std::string obstacle;

  ~Library() {
    if (initialized) call<int>("nvmlShutdown");
    if (handle != nullptr) ::dlclose(handle);
  }

  template <class... P>
  auto function(const char* name) const {
    return reinterpret_cast<int (*)(P...)>(::dlsym(handle, name));
  }

  /// Return code of a function, or 13 (function not found).
  template <class Code, class... P>
  Code call(const char* name, P... arguments) const {
    constexpr Code not_found = 13;
    const auto address = function<P...>(name);
    return address != nullptr ? address(arguments...) : not_found;
  }

  void load(const std::string& library, const std::string& pci_bus_id);
  void find(const std::string& pci_bus_id);
  Answer<std::string> driver() const;
  Answer<unsigned> number(const char* name) const;
  Answer<unsigned> number(const char* name, int which) const;
  Answer<bool> mode(const char* name) const;
  Answer<double> violation_s(int policy) const;
  Answer<unsigned long long> events() const;
  Answer<std::int64_t> uncorrected_errors() const;
  Answer<int> processes() const;

  template <class T>
  Answer<T> answer(int code, T value) const {
    if (code != succeeded) return {std::nullopt, error_text(code)};
    return {std::move(value), {}};
  }
};

void NvmlDevice::Library::load(const std::string& library, const std::string& pci_bus_id) {
  if (!library.empty()) handle = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    obstacle = "NVML is absent (no " + (library.empty() ? "library" : library) + ")";
    return;
  }
  const int code = call<int>("nvmlInit_v2");
  initialized = code == succeeded;
  if (!initialized) {
    obstacle = "NVML does not start (" + error_text(code) + ")";
  } else {
    find(pci_bus_id);
  }
}

void NvmlDevice::Library::find(const std::string& pci_bus_id) {
  int code = call<int>("nvmlDeviceGetHandleByPciBusId_v2", pci_bus_id.c_str(), &device);
  if (code == succeeded) return;
  unsigned count = 0;
  const bool one = call<int>("nvmlDeviceGetCount_v2", &count) == succeeded && count == 1;
  if (one) code = call<int>("nvmlDeviceGetHandleByIndex_v2", 0u, &device);
  if (code == succeeded) return;
  device = nullptr;
  obstacle = "NVML does not know the device (" + error_text(code) + ")";
}

Answer<std::string> NvmlDevice::Library::driver() const {
  std::array<char, 96> text{};
  const int code =
      call<int>("nvmlSystemGetDriverVersion", text.data(), static_cast<unsigned>(text.size() - 1));
  return answer(code, one_line(text.data()));
}

Answer<unsigned> NvmlDevice::Library::number(const char* name) const {
  unsigned value = 0;
  const int code = call<int>(name, device, &value);
  if (code == succeeded && !available(value)) return {std::nullopt, "not available"};
  return answer(code, value);
}

Answer<unsigned> NvmlDevice::Library::number(const char* name, int which) const {
  unsigned value = 0;
  const int code = call<int>(name, device, which, &value);
  if (code == succeeded && !available(value)) return {std::nullopt, "not available"};
  return answer(code, value);
}

Answer<bool> NvmlDevice::Library::mode(const char* name) const {
  unsigned current = 0, pending = 0;
  const int code = call<int>(name, device, &current, &pending);
  return answer(code, current != 0);
}

Answer<double> NvmlDevice::Library::violation_s(int policy) const {
  Violation violation{};
  const int code = call<int>("nvmlDeviceGetViolationStatus", device, policy, &violation);
  return answer(code, static_cast<double>(violation.violation_ns) / 1e9);
}

Answer<unsigned long long> NvmlDevice::Library::events() const {
  unsigned long long reasons = 0;
  int code = call<int>("nvmlDeviceGetCurrentClocksEventReasons", device, &reasons);
  // Its name until driver 535.
  if (code != succeeded) {
    code = call<int>("nvmlDeviceGetCurrentClocksThrottleReasons", device, &reasons);
  }
  return answer(code, reasons);
}

Answer<std::int64_t> NvmlDevice::Library::uncorrected_errors() const {
  unsigned long long count = 0;
  const int code =
      call<int>("nvmlDeviceGetTotalEccErrors", device, error_uncorrected, counter_volatile, &count);
  if (code == succeeded && count > std::numeric_limits<std::int64_t>::max() / 2) {
    return {std::nullopt, "not available"};
  }
  return answer(code, static_cast<std::int64_t>(count));
}

Answer<int> NvmlDevice::Library::processes() const {
  // Asked for none of them, it says how many there are.
  unsigned count = 0;
  void* const nowhere = nullptr;
  const int code = call<int>("nvmlDeviceGetComputeRunningProcesses_v3", device, &count, nowhere);
  if (code != succeeded && code != insufficient_size) return {std::nullopt, error_text(code)};
  return {static_cast<int>(count), {}};
}

NvmlDevice::NvmlDevice(const std::string& library, const std::string& pci_bus_id)
    : library_(std::make_unique<Library>()) {
  library_->load(library, pci_bus_id);
}
NvmlDevice::~NvmlDevice() = default;
NvmlDevice::NvmlDevice(NvmlDevice&&) noexcept = default;
NvmlDevice& NvmlDevice::operator=(NvmlDevice&&) noexcept = default;

const std::string& NvmlDevice::obstacle() const { return library_->obstacle; }

namespace {

/// Puts answers where they belong and the reasons of those that are none into a list.
class Collector {
 public:
  explicit Collector(std::vector<std::string>& unknown) : unknown_(unknown) {}

  template <class T>
  Known<T> take(const char* what, Answer<T> answer) {
    if (!answer.value) unknown_.push_back(std::string(what) + ": " + answer.reason);
    return std::move(answer.value);
  }
  /// A count in megahertz, milliwatts or the like in the unit itself; 0 is none.
  Known<double> scaled(const char* what, Answer<unsigned> answer, double times, double over = 1) {
    if (answer.value == 0u) answer = {std::nullopt, "reported as 0"};
    const Known<unsigned> value = take(what, std::move(answer));
    return value ? Known<double>(*value * times / over) : std::nullopt;
  }

 private:
  std::vector<std::string>& unknown_;
};

constexpr double mega = 1e6, per_kilo = 1e3;

}  // namespace

GpuSetting NvmlDevice::setting() const {
  GpuSetting setting;
  if (!obstacle().empty()) {
    setting.unknown.push_back(obstacle());
    return setting;
  }
  const Library& nvml = *library_;
  Collector collect(setting.unknown);
  setting.driver = collect.take("driver", nvml.driver());
  setting.ecc = collect.take("ECC", nvml.mode("nvmlDeviceGetEccMode"));
  if (setting.ecc.value_or(false)) {
    setting.uncorrected_errors = collect.take("ECC errors", nvml.uncorrected_errors());
  }
  if (const auto mig = collect.take("MIG", nvml.mode("nvmlDeviceGetMigMode"))) {
    setting.mig = *mig ? "on" : "off";
  }
  setting.clock_max_hz =
      collect.scaled("highest clock", nvml.number("nvmlDeviceGetMaxClockInfo", clock_sm), mega);
  setting.memory_clock_max_hz = collect.scaled(
      "highest memory clock", nvml.number("nvmlDeviceGetMaxClockInfo", clock_memory), mega);
  setting.power_limit_w =
      collect.scaled("power limit", nvml.number("nvmlDeviceGetEnforcedPowerLimit"), 1, per_kilo);
  setting.power_limit_default_w = collect.scaled(
      "default power limit", nvml.number("nvmlDeviceGetPowerManagementDefaultLimit"), 1, per_kilo);
  if (const auto events = collect.take("throttle reasons", nvml.events())) {
    setting.throttle_reasons = clock_event_names(*events);
  }
  setting.processes = collect.take("processes", nvml.processes());
  return setting;
}

GpuHealth NvmlDevice::health() const {
  GpuHealth health;
  if (!obstacle().empty()) return health;
  const Library& nvml = *library_;
  std::vector<std::string> unknown;
  Collector collect(unknown);
  health.clock_hz = collect.scaled("clock", nvml.number("nvmlDeviceGetClockInfo", clock_sm), mega);
  health.memory_clock_hz =
      collect.scaled("memory clock", nvml.number("nvmlDeviceGetClockInfo", clock_memory), mega);
  health.power_w = collect.scaled("power", nvml.number("nvmlDeviceGetPowerUsage"), 1, per_kilo);
  health.temperature_c =
      collect.scaled("temperature", nvml.number("nvmlDeviceGetTemperature", temperature_gpu), 1);
  if (const auto events = nvml.events().value) {
    health.throttle_reasons = clock_event_names(*events);
  }
  health.thermal_violation_s = nvml.violation_s(violation_thermal).value;
  health.power_violation_s = nvml.violation_s(violation_power).value;
  return health;
}

Known<unsigned long long> NvmlDevice::clock_events() const {
  return obstacle().empty() ? library_->events().value : std::nullopt;
}

Known<double> NvmlDevice::thermal_violation_s() const {
  return obstacle().empty() ? library_->violation_s(violation_thermal).value : std::nullopt;
}

std::vector<std::string> clock_event_names(unsigned long long reasons) {
  constexpr std::array<std::pair<unsigned long long, const char*>, 9> known{
      {{clock_event::idle, "idle"},
       {clock_event::clock_setting, "clock_setting"},
       {clock_event::power_cap, "power_cap"},
       {clock_event::hardware_slowdown, "hardware_slowdown"},
       {clock_event::sync_boost, "sync_boost"},
       {clock_event::software_thermal, "software_thermal"},
       {clock_event::hardware_thermal, "hardware_thermal"},
       {clock_event::power_brake, "power_brake"},
       {clock_event::display_clock, "display_clock"}}};
  std::vector<std::string> names;
  for (const auto& [bit, name] : known) {
    if ((reasons & bit) != 0) names.push_back(name);
    reasons &= ~bit;
  }
  for (int bit = 0; reasons != 0; ++bit, reasons >>= 1) {
    if ((reasons & 1) != 0) names.push_back("bit " + std::to_string(bit));
  }
  return names;
}

}  // namespace roofmark
