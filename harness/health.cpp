// Load, steal, temperature, throttle counters and pressure at this moment.
#include <algorithm>
#include <map>
#include <string_view>

#include "harness/environment.h"
#include "harness/machine.h"
#include "harness/proc_files.h"
#include "harness/tegra.h"

namespace roofmark {
namespace {

/// The kernel counts in ticks of USER_HZ, which is 100 on x86 and Arm (Linux asm-generic/param.h).
constexpr double ticks_per_second = 100;

/// Ticks stolen from each logical CPU, by number; -1 is the machine's sum.
std::map<int, std::int64_t> stolen_ticks(const ProcFiles& files) {
  std::map<int, std::int64_t> stolen;
  const std::string text = files.text("/proc/stat").value_or("");
  for (const std::string_view line : lines_of(text)) {
    // cpu0 user nice system idle iowait irq softirq steal ...
    if (line.substr(0, 3) != "cpu") break;  // the CPUs stand first
    const std::vector<std::string_view> words = words_of(line);
    constexpr std::size_t steal = 8;
    if (words.size() <= steal) continue;
    const auto cpu = words[0] == "cpu" ? -1 : whole_number(words[0].substr(3)).value_or(-2);
    const auto ticks = whole_number(words[steal]);
    if (cpu >= -1 && cpu <= 65535 && ticks && *ticks >= 0) stolen[static_cast<int>(cpu)] = *ticks;
  }
  return stolen;
}

bool of_the_cpu(std::string_view sensor) {
  // Thermal zones of Intel and Arm, hwmon drivers of Intel and AMD.
  for (const char* name : {"x86_pkg_temp", "cpu", "CPU", "tj", "coretemp", "k10temp", "zenpower"}) {
    if (sensor.find(name) == 0) return true;
  }
  return false;
}

/// Millidegrees of sensors; a sensor that says less than -40 or more than 150 degrees is broken.
void hottest(Known<double>& so_far, Known<std::int64_t> millidegrees) {
  if (!millidegrees || *millidegrees < -40'000 || *millidegrees > 150'000) return;
  const double celsius = static_cast<double>(*millidegrees) / 1000;
  so_far = std::max(so_far.value_or(celsius), celsius);
}

Known<double> temperature(const ProcFiles& files) {
  Known<double> highest;
  const std::string zones = "/sys/class/thermal/";
  for (const std::string& name : files.names(zones)) {
    const std::string zone = zones + name;
    if (of_the_cpu(files.line(zone + "/type").value_or(""))) {
      hottest(highest, files.number(zone + "/temp"));
    }
  }
  const std::string monitors = "/sys/class/hwmon/";
  for (const std::string& name : files.names(monitors)) {
    const std::string monitor = monitors + name;
    if (!of_the_cpu(files.line(monitor + "/name").value_or(""))) continue;
    for (const std::string& input : files.names(monitor)) {
      if (input.substr(0, 4) == "temp" && input.find("_input") != std::string::npos) {
        hottest(highest, files.number(monitor + "/" + input));
      }
    }
  }
  return highest;
}

void count(Known<std::int64_t>& total, Known<std::int64_t> events) {
  constexpr std::int64_t largest = std::int64_t{1} << 40;  // a counter, not garbage
  if (events && *events >= 0 && *events < largest) total = total.value_or(0) + *events;
}

/// Intel: thermal throttling of cores.  Jetson: over-current and under-voltage events of the SoC.
Known<std::int64_t> throttle_events(const ProcFiles& files) {
  Known<std::int64_t> total;
  const std::string cpus = "/sys/devices/system/cpu/";
  for (const std::string& name : files.names(cpus)) {
    if (name.substr(0, 3) != "cpu" || !whole_number(name.substr(3))) continue;
    count(total, files.number(cpus + name + "/thermal_throttle/core_throttle_count"));
  }
  const std::string monitors = "/sys/class/hwmon/";
  for (const std::string& name : files.names(monitors)) {
    if (files.line(monitors + name + "/name") != "soctherm_oc") continue;
    for (const char* file : {"/oc1_event_cnt", "/oc2_event_cnt", "/oc3_event_cnt"}) {
      count(total, files.number(monitors + name + file));
    }
  }
  return total;
}

}  // namespace

Health read_health(const Sources& sources) {
  const ProcFiles files(sources.root);
  Health health;
  health.load_1m = load_1m(files);
  health.pressure_cpu_some_avg10 = cpu_pressure(files);
  health.temperature_c = temperature(files);
  health.throttle_events = throttle_events(files);
  health.over_current = over_current(files);
  health.rails_w = rails_w(files);
  const std::map<int, std::int64_t> stolen = stolen_ticks(files);
  if (const auto all = stolen.find(-1); all != stolen.end()) {
    health.steal_s = static_cast<double>(all->second) / ticks_per_second;
  }
  return health;
}

std::optional<double> stolen_s(const Sources& sources, const std::vector<int>& cpus) {
  const std::map<int, std::int64_t> stolen = stolen_ticks(ProcFiles(sources.root));
  double ticks = 0;
  for (const int cpu : cpus) {
    const auto at = stolen.find(cpu);
    if (cpu < 0 || at == stolen.end()) return std::nullopt;
    ticks += static_cast<double>(at->second);
  }
  return ticks / ticks_per_second;
}

}  // namespace roofmark
