#include "harness/tegra.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace roofmark {
namespace {

struct ModuleName {
  std::string_view part, name;
};
// Parts of NVIDIA's modules as the device tree names them ("nvidia,p3737-0000+p3701-0005").
// Source: Jetson Linux Developer Guide, "Jetson Modules and Configurations".
constexpr std::array<ModuleName, 12> modules{{{"p3701-0000", "Jetson AGX Orin"},
                                              {"p3701-0004", "Jetson AGX Orin 32GB"},
                                              {"p3701-0005", "Jetson AGX Orin 64GB"},
                                              {"p3701-0008", "Jetson AGX Orin Industrial"},
                                              {"p3767-0000", "Jetson Orin NX 16GB"},
                                              {"p3767-0001", "Jetson Orin NX 8GB"},
                                              {"p3767-0003", "Jetson Orin Nano 8GB"},
                                              {"p3767-0004", "Jetson Orin Nano 4GB"},
                                              {"p3767-0005", "Jetson Orin Nano 8GB"},
                                              {"p2888", "Jetson AGX Xavier"},
                                              {"p3668", "Jetson Xavier NX"},
                                              {"p3834-0008", "Jetson AGX Thor (T5000)"}}};

/// Names in a NUL-separated property of the device tree.
std::vector<std::string> names_in(std::string_view property) {
  std::vector<std::string> names;
  while (!property.empty()) {
    const std::size_t end = std::min(property.find('\0'), property.size());
    const std::string name = one_line(property.substr(0, end));
    if (!name.empty()) names.push_back(name);
    property.remove_prefix(std::min(end + 1, property.size()));
  }
  return names;
}

Known<std::string> module_of(const std::vector<std::string>& compatible) {
  for (const std::string& name : compatible) {
    for (const ModuleName& module : modules) {
      if (name.find(module.part) != std::string::npos) return std::string(module.name);
    }
  }
  return std::nullopt;
}

/// What stands after `key` up to the next of `end`, within a line.
Known<std::string> after(std::string_view line, std::string_view key, std::string_view end) {
  const std::size_t at = line.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  line.remove_prefix(at + key.size());
  const std::string value = one_line(trimmed(line.substr(0, line.find_first_of(end))));
  return value.empty() ? std::nullopt : Known<std::string>(value);
}

/// Version of an installed package, without what follows the upstream's own.
Known<std::string> package_version(const ProcFiles& files, std::string_view package) {
  const std::string status = files.text("/var/lib/dpkg/status").value_or("");
  const std::string head = "Package: " + std::string(package) + '\n';
  std::size_t at = status.compare(0, head.size(), head) == 0 ? 0 : status.find('\n' + head);
  if (at == std::string::npos) return std::nullopt;
  const std::size_t end = status.find("\n\n", at + 1);
  return after(std::string_view(status).substr(at, end - at), "\nVersion: ", "\n+-~");
}

/// "# R36 (release), REVISION: 4.3, GCID: ..." is 36.4.3.  A container may lack that file.
Known<std::string> l4t_of(const ProcFiles& files) {
  const std::string line = files.line("/etc/nv_tegra_release").value_or("");
  const Known<std::string> release = after(line, "# R", " ("),
                           revision = after(line, "REVISION:", ",");
  if (release && revision) return *release + '.' + *revision;
  return package_version(files, "nvidia-l4t-core");
}

/// L4T 35 is JetPack 5, 36 is 6, 38 and 39 are 7; the package says which of them.
Known<std::string> jetpack_of(const ProcFiles& files, const Known<std::string>& l4t) {
  if (const auto version = package_version(files, "nvidia-jetpack")) return version;
  if (!l4t) return std::nullopt;
  const auto major = whole_number(l4t->substr(0, l4t->find('.')));
  if (major == 34 || major == 35) return "5";
  if (major == 36) return "6";
  if (major == 38 || major == 39) return "7";
  return std::nullopt;
}

/// The mode's name in the table that nvpmodel itself reads: the same number is MAXN on one module
/// and 15 W on another.
Known<std::string> power_mode_of(const ProcFiles& files, std::vector<std::string>& unknown) {
  const Known<std::string> status = files.line("/var/lib/nvpmodel/status");
  const Known<std::string> text = status ? after(*status, "pmode:", " ") : std::nullopt;
  const Known<std::int64_t> mode = text ? whole_number(*text) : std::nullopt;
  if (!mode) {
    unknown.push_back("power mode: /var/lib/nvpmodel/status says nothing");
    return std::nullopt;
  }
  const std::string table = files.text("/etc/nvpmodel.conf").value_or("");
  for (const std::string_view line : lines_of(table)) {
    if (trimmed(line).substr(0, 1) != "<" || line.find("POWER_MODEL") == std::string_view::npos) {
      continue;
    }
    const Known<std::string> id = after(line, " ID=", " >"), name = after(line, " NAME=", " >");
    if (id && name && whole_number(*id) == mode) return name;
  }
  unknown.push_back("power mode: /etc/nvpmodel.conf does not name mode " + std::to_string(*mode));
  return std::nullopt;
}

/// A rate in hertz that a transistor can have; the kernel writes 0 or all bits for "no limit".
Known<double> rate(const ProcFiles& files, const std::string& path) {
  const Known<std::int64_t> hertz = files.number(path);
  if (!hertz || *hertz < 1'000'000 || *hertz > 100'000'000'000) return std::nullopt;
  return static_cast<double>(*hertz);
}

/// The clock of the GPU's cores: 17000000.ga10b (JetPack 5), 17000000.gpu (6 and 7), gpu-gpc-0
/// (Thor).  Empty where there is none.
std::string gpu_clock_folder(const ProcFiles& files) {
  const std::string all = "/sys/class/devfreq/";
  for (const std::string& name : files.names(all)) {
    const std::string_view end =
        std::string_view(name).substr(std::min<std::size_t>(9, name.size()));
    const bool orin =
        name.substr(0, 9) == "17000000." && (end == "gpu" || end == "ga10b" || end == "gv11b");
    if (orin || name == "gpu-gpc-0") return all + name;
  }
  return {};
}

Known<double> emc_rate(const ProcFiles& files) {
  const Known<double> thor = rate(files, "/sys/class/devfreq/bwmgr/cur_freq");
  return thor ? thor : rate(files, "/sys/kernel/debug/bpmp/debug/clk/emc/rate");
}

/// The least of the limits that can be read; the hardware's own only as root.
Known<double> emc_limit(const ProcFiles& files) {
  Known<double> least;
  for (const char* path :
       {"/sys/class/devfreq/bwmgr/max_freq", "/sys/kernel/debug/bpmp/debug/clk/emc/max_rate",
        "/sys/kernel/nvpmodel_clk_cap/emc", "/sys/kernel/nvpmodel_emc_cap/emc_iso_cap"}) {
    if (const auto limit = rate(files, path)) least = std::min(least.value_or(*limit), *limit);
  }
  return least;
}

/// TPCs (two SMs each) that the power mode switched off, one bit each.
Known<std::int64_t> gated_tpcs(const ProcFiles& files) {
  for (const char* folder :
       {"/sys/devices/platform/gpu.0", "/sys/devices/gpu.0",
        "/sys/devices/platform/bus@0/17000000.gpu", "/sys/devices/platform/17000000.gpu",
        "/sys/devices/platform/17000000.ga10b"}) {
    const Known<std::int64_t> mask = files.number(std::string(folder) + "/tpc_pg_mask");
    if (!mask || *mask < 0) continue;
    std::int64_t gated = 0;
    for (std::int64_t bits = *mask; bits != 0; bits >>= 1) gated += bits & 1;
    return gated;
  }
  return std::nullopt;
}

}  // namespace

Known<Jetson> read_jetson(const ProcFiles& files) {
  const std::vector<std::string> compatible =
      names_in(files.text("/proc/device-tree/compatible").value_or(""));
  const auto soc = std::find_if(compatible.begin(), compatible.end(), [](const std::string& name) {
    return name.find("nvidia,tegra") == 0;
  });
  if (soc == compatible.end()) return std::nullopt;
  Jetson jetson;
  jetson.soc = soc->substr(std::string_view("nvidia,").size());
  jetson.module = module_of(compatible);
  jetson.l4t = l4t_of(files);
  jetson.jetpack = jetpack_of(files, jetson.l4t);
  jetson.power_mode = power_mode_of(files, jetson.unknown);
  const std::string clock = gpu_clock_folder(files);
  if (!clock.empty()) {
    jetson.gpu_clock_min_hz = rate(files, clock + "/min_freq");
    jetson.gpu_clock_max_hz = rate(files, clock + "/max_freq");
  } else {
    jetson.unknown.push_back("GPU clock: nothing under /sys/class/devfreq");
  }
  jetson.emc_max_hz = emc_limit(files);
  if (!jetson.emc_max_hz) jetson.unknown.push_back("memory clock: only root may read it");
  jetson.gated_tpcs = gated_tpcs(files);
  return jetson;
}

GpuHealth tegra_gpu_health(const ProcFiles& files) {
  GpuHealth health;
  const std::string clock = gpu_clock_folder(files);
  if (clock.empty()) return health;
  health.clock_hz = rate(files, clock + "/cur_freq");
  health.memory_clock_hz = emc_rate(files);
  const std::string zones = "/sys/class/thermal/";
  for (const std::string& name : files.names(zones)) {
    const std::string type = files.line(zones + name + "/type").value_or("");
    if (type != "gpu-thermal" && type != "GPU-therm") continue;  // JetPack 6 and 7, and 5
    // A zone that is switched off answers with an error, not with a number.
    const Known<std::int64_t> millidegrees = files.number(zones + name + "/temp");
    if (millidegrees && *millidegrees > -40'000 && *millidegrees < 150'000) {
      health.temperature_c = static_cast<double>(*millidegrees) / 1000;
    }
  }
  return health;
}

Known<OverCurrent> over_current(const ProcFiles& files) {
  const std::string monitors = "/sys/class/hwmon/";
  for (const std::string& name : files.names(monitors)) {
    if (files.line(monitors + name + "/name") != "soctherm_oc") continue;
    const auto counter = [&](const char* file) -> Known<std::int64_t> {
      const Known<std::int64_t> events = files.number(monitors + name + file);
      return events && *events >= 0 ? events : std::nullopt;
    };
    return OverCurrent{counter("/oc1_event_cnt"), counter("/oc2_event_cnt"),
                       counter("/oc3_event_cnt")};
  }
  return std::nullopt;
}

std::vector<std::pair<std::string, double>> rails_w(const ProcFiles& files) {
  std::vector<std::pair<std::string, double>> rails;
  const std::string monitors = "/sys/class/hwmon/";
  for (const std::string& name : files.names(monitors)) {
    const std::string monitor = monitors + name;
    if (files.line(monitor + "/name") != "ina3221") continue;
    // Three channels; a fourth to seventh are sums of shunt voltages and no rail.
    for (const std::string channel : {"1", "2", "3"}) {
      const Known<std::string> label = files.line(monitor + "/in" + channel + "_label");
      const Known<std::int64_t> millivolts = files.number(monitor + "/in" + channel + "_input");
      const Known<std::int64_t> milliamperes = files.number(monitor + "/curr" + channel + "_input");
      constexpr std::int64_t most = 1'000'000;  // a kilovolt or a kiloampere is garbage
      if (!label || *label == "NC" || !millivolts || !milliamperes || *millivolts < 0 ||
          *milliamperes < 0 || *millivolts > most || *milliamperes > most) {
        continue;
      }
      rails.push_back({*label, static_cast<double>(*millivolts * *milliamperes) / 1e6});
    }
  }
  return rails;
}

}  // namespace roofmark
