// Stands in for NVIDIA's management library: answers what the text file named by the environment
// variable ROOFMARK_FAKE_NVML_FILE holds ("key value" per line; read anew at every call).
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

namespace {

constexpr int succeeded = 0, not_supported = 3, not_found = 6, insufficient_size = 7;

std::optional<std::string> value_of(const std::string& key) {
  const char* name = std::getenv("ROOFMARK_FAKE_NVML_FILE");
  std::ifstream file(name ? name : "");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(key + ' ', 0) == 0) return line.substr(key.size() + 1);
  }
  return std::nullopt;
}

/// The number at `key`, or the error that stands there.
template <class T>
int answer(const std::string& key, T* out) {
  const std::optional<std::string> text = value_of(key);
  if (!text) return not_supported;
  if (text->rfind("error ", 0) == 0) return std::atoi(text->c_str() + 6);
  *out = *text == "N/A" ? std::numeric_limits<T>::max()
                        : static_cast<T>(std::strtoull(text->c_str(), nullptr, 0));
  return succeeded;
}

int mode(const std::string& key, unsigned* current, unsigned* pending) {
  *pending = 0;
  return answer(key, current);
}

int the_device = 0;

}  // namespace

extern "C" {

int nvmlInit_v2() {
  unsigned code = succeeded;
  const int found = answer("init", &code);
  return found == not_supported || found == succeeded ? static_cast<int>(code) : found;
}
int nvmlShutdown() { return succeeded; }
int nvmlSystemGetDriverVersion(char* text, unsigned size) {
  const std::optional<std::string> version = value_of("driver");
  if (!version || version->size() + 1 > size) return not_supported;
  std::memcpy(text, version->c_str(), version->size() + 1);
  return succeeded;
}
int nvmlDeviceGetCount_v2(unsigned* count) {
  *count = 1;
  answer("count", count);
  return succeeded;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned, void** device) {
  *device = &the_device;
  return succeeded;
}
int nvmlDeviceGetHandleByPciBusId_v2(const char* id, void** device) {
  if (value_of("device") != std::string(id)) return not_found;
  *device = &the_device;
  return succeeded;
}
int nvmlDeviceGetClockInfo(void*, int which, unsigned* mhz) {
  return answer(which == 1 ? "clock_sm" : "clock_mem", mhz);
}
int nvmlDeviceGetMaxClockInfo(void*, int which, unsigned* mhz) {
  return answer(which == 1 ? "max_clock_sm" : "max_clock_mem", mhz);
}
int nvmlDeviceGetCurrentClocksEventReasons(void*, unsigned long long* reasons) {
  return answer("events", reasons);
}
int nvmlDeviceGetViolationStatus(void*, int policy, unsigned long long* status) {
  status[0] = 0;
  return answer(policy == 1 ? "thermal_ns" : "power_ns", &status[1]);
}
int nvmlDeviceGetTemperature(void*, int, unsigned* celsius) {
  return answer("temperature", celsius);
}
int nvmlDeviceGetPowerUsage(void*, unsigned* milliwatts) { return answer("power", milliwatts); }
int nvmlDeviceGetEnforcedPowerLimit(void*, unsigned* milliwatts) {
  return answer("power_limit", milliwatts);
}
int nvmlDeviceGetPowerManagementDefaultLimit(void*, unsigned* milliwatts) {
  return answer("power_default", milliwatts);
}
int nvmlDeviceGetEccMode(void*, unsigned* current, unsigned* pending) {
  return mode("ecc", current, pending);
}
int nvmlDeviceGetTotalEccErrors(void*, int, int, unsigned long long* count) {
  return answer("uncorrected", count);
}
int nvmlDeviceGetMigMode(void*, unsigned* current, unsigned* pending) {
  return mode("mig", current, pending);
}
int nvmlDeviceGetComputeRunningProcesses_v3(void*, unsigned* count, void*) {
  const unsigned room = *count;
  const int code = answer("processes", count);
  return code == succeeded && *count > room ? insufficient_size : code;
}

}  // extern "C"
