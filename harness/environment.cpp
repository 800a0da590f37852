// How the machine is set at this moment: everything that may change without it being another
// machine.
#include "harness/environment.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "harness/cpu_identity.h"

namespace roofmark {
namespace {

const std::string dmi = "/sys/class/dmi/id/";

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// What firmware says where its maker filled nothing in.
bool placeholder(const std::string& text) {
  constexpr std::array<std::string_view, 9> known{"To Be Filled",
                                                  "To be filled",
                                                  "Default string",
                                                  "System Product Name",
                                                  "System manufacturer",
                                                  "Not Specified",
                                                  "Not Applicable",
                                                  "None",
                                                  "O.E.M."};
  return std::any_of(known.begin(), known.end(),
                     [&](std::string_view part) { return contains(text, part); });
}

Known<std::string> dmi_text(const ProcFiles& files, const std::string& name) {
  Known<std::string> text = files.line(dmi + name);
  if (text && placeholder(*text)) return std::nullopt;
  return text;
}

/// Names a hypervisor by what it writes into firmware tables, or nullopt.
Known<std::string> hypervisor_of_firmware(const ProcFiles& files) {
  struct Mark {
    std::string_view text, name;
  };
  // Vendors and products as systemd-detect-virt and virt-what know them.
  constexpr std::array<Mark, 16> marks{{{"KVM", "KVM"},
                                        {"QEMU", "QEMU/KVM"},
                                        {"Amazon EC2", "Amazon Nitro"},
                                        {"Google Compute Engine", "Google Compute Engine"},
                                        {"VMware", "VMware"},
                                        {"VMW", "VMware"},
                                        {"innotek", "VirtualBox"},
                                        {"VirtualBox", "VirtualBox"},
                                        {"Xen", "Xen"},
                                        {"Bochs", "Bochs"},
                                        {"Parallels", "Parallels"},
                                        {"BHYVE", "bhyve"},
                                        {"Virtual Machine", "Hyper-V"},
                                        {"OpenStack", "OpenStack"},
                                        {"KubeVirt", "KubeVirt"},
                                        {"Apple Virtualization", "Apple Virtualization"}}};
  // A bare-metal machine of a cloud carries the cloud's name but no virtual product.
  if (contains(files.line(dmi + "product_name").value_or(""), ".metal")) return std::nullopt;
  for (const char* file : {"product_name", "sys_vendor", "board_vendor", "bios_vendor"}) {
    const std::string text = files.line(dmi + file).value_or("");
    for (const Mark& mark : marks) {
      if (contains(text, mark.text)) return std::string(mark.name);
    }
  }
  return std::nullopt;
}

/// Names a hypervisor by what the kernel found of it, or nullopt.
Known<std::string> hypervisor_of_kernel(const ProcFiles& files) {
  if (const auto type = files.line("/sys/hypervisor/type")) return *type == "xen" ? "Xen" : *type;
  if (const auto tree = files.line("/proc/device-tree/hypervisor/compatible")) {
    return contains(*tree, "kvm") ? "KVM" : contains(*tree, "xen") ? "Xen" : *tree;
  }
  if (contains(files.text("/proc/device-tree/compatible").value_or(""), "linux,dummy-virt")) {
    return "QEMU";
  }
  if (contains(files.line("/proc/sys/kernel/osrelease").value_or(""), "icrosoft")) return "WSL";
  const std::string clocks =
      files.line("/sys/devices/system/clocksource/clocksource0/available_clocksource").value_or("");
  if (contains(clocks, "kvm-clock")) return "KVM";
  if (contains(clocks, "hyperv")) return "Hyper-V";
  if (contains(clocks, "xen")) return "Xen";
  if (files.exists("/sys/firmware/qemu_fw_cfg")) return "QEMU";
  return std::nullopt;
}

Known<std::string> hypervisor(const ProcFiles& files) {
  const Known<bool> flag = hypervisor_flag(files);  // CPUID leaf 1, bit 31 of ecx
  if (flag && !*flag) return "none";
  Known<std::string> name = hypervisor_of_kernel(files);
  if (!name) name = hypervisor_of_firmware(files);
  if (name) return name;
  if (flag) return "unnamed";
  // Arm has no such flag; a device tree without a hypervisor node describes the board itself.
  if (files.exists("/proc/device-tree/model")) return "none";
  return std::nullopt;
}

Known<std::string> governor(const ProcFiles& files, const std::vector<int>& cpus) {
  std::vector<std::string> governors;
  for (const int cpu : cpus) {
    const auto text = files.line("/sys/devices/system/cpu/cpu" + std::to_string(cpu) +
                                 "/cpufreq/scaling_governor");
    if (!text) return std::nullopt;
    governors.push_back(*text);
  }
  std::sort(governors.begin(), governors.end());
  governors.erase(std::unique(governors.begin(), governors.end()), governors.end());
  if (governors.empty()) return std::nullopt;
  if (governors.size() == 1) return governors[0];
  std::string mixed = "mixed: ";
  for (std::size_t i = 0; i < governors.size(); ++i) mixed += (i > 0 ? ", " : "") + governors[i];
  return mixed;
}

Known<std::string> turbo(const ProcFiles& files) {
  const auto off = files.number("/sys/devices/system/cpu/intel_pstate/no_turbo");
  if (off && (*off == 0 || *off == 1)) return *off == 0 ? "on" : "off";
  const auto on = files.number("/sys/devices/system/cpu/cpufreq/boost");
  if (on && (*on == 0 || *on == 1)) return *on == 1 ? "on" : "off";
  return std::nullopt;
}

/// "always [madvise] never": the mode in brackets.
Known<std::string> huge_pages(const ProcFiles& files) {
  const auto text = files.line("/sys/kernel/mm/transparent_hugepage/enabled");
  if (!text) return std::nullopt;
  const std::size_t open = text->find('['), close = text->find(']');
  if (open == std::string::npos || close == std::string::npos || close < open) return std::nullopt;
  const std::string mode = text->substr(open + 1, close - open - 1);
  if (mode != "always" && mode != "madvise" && mode != "never") return std::nullopt;
  return mode;
}

Known<bool> container(const ProcFiles& files) {
  for (const char* mark : {"/.dockerenv", "/run/.containerenv", "/run/systemd/container"}) {
    if (files.exists(mark)) return true;
  }
  const std::string groups = files.text("/proc/self/cgroup").value_or("");
  for (const char* mark : {"docker", "kubepods", "containerd", "libpod", "/lxc", "lxc.payload"}) {
    if (contains(groups, mark)) return true;
  }
  // The first PID namespace has this fixed number (PROC_PID_INIT_INO, Linux
  // include/linux/proc_ns.h).
  const auto space = files.link("/proc/self/ns/pid");
  if (!space) return std::nullopt;
  return *space != "pid:[4026531836]";
}

Known<std::string> os_name(const ProcFiles& files) {
  for (const char* path : {"/etc/os-release", "/usr/lib/os-release"}) {
    const std::string text = files.text(path).value_or("");
    for (const std::string_view line : lines_of(text)) {
      constexpr std::string_view key = "PRETTY_NAME=";
      if (line.substr(0, key.size()) != key) continue;
      std::string name = one_line(line.substr(key.size()));
      name.erase(std::remove(name.begin(), name.end(), '"'), name.end());
      if (!name.empty()) return name;
    }
  }
  return std::nullopt;
}

}  // namespace

Known<std::string> board_name(const ProcFiles& files) {
  if (const auto model = files.line("/proc/device-tree/model")) return model;
  const auto vendor = dmi_text(files, "sys_vendor");
  if (const auto product = dmi_text(files, "product_name")) {
    return vendor && !contains(*product, *vendor) ? *vendor + " " + *product : *product;
  }
  return dmi_text(files, "board_name");
}

Known<std::int64_t> meminfo_bytes(const ProcFiles& files, const std::string& key) {
  const std::string text = files.text("/proc/meminfo").value_or("");
  const auto value = value_of(text, key);
  if (!value) return std::nullopt;
  const std::vector<std::string_view> words = words_of(*value);
  if (words.size() != 2 || words[1] != "kB") return std::nullopt;
  const auto kib = whole_number(words[0]);
  constexpr std::int64_t largest = std::int64_t{1} << 50;  // KiB: 2^60 bytes
  if (!kib || *kib < 0 || *kib > largest) return std::nullopt;
  return *kib * 1024;
}

Known<std::int64_t> present_memory_bytes(const ProcFiles& files, Known<std::int64_t> page_bytes) {
  if (!page_bytes || *page_bytes <= 0) return std::nullopt;
  const std::string text = files.text("/proc/zoneinfo").value_or("");
  std::int64_t bytes = 0;
  for (const std::string_view line : lines_of(text)) {
    const std::vector<std::string_view> words = words_of(line);
    if (words.size() != 2 || words[0] != "present") continue;
    const auto pages = whole_number(words[1]);
    constexpr std::int64_t largest = std::int64_t{1} << 60;  // bytes
    if (!pages || *pages < 0 || *pages > (largest - bytes) / *page_bytes) return std::nullopt;
    bytes += *pages * *page_bytes;
  }
  if (bytes == 0) return std::nullopt;
  return bytes;
}

Known<double> cpu_pressure(const ProcFiles& files) {
  const auto text = files.line("/proc/pressure/cpu");
  if (!text) return std::nullopt;
  const std::vector<std::string_view> words = words_of(*text);
  constexpr std::string_view key = "avg10=";
  if (words.size() < 2 || words[0] != "some" || words[1].substr(0, key.size()) != key) {
    return std::nullopt;
  }
  const auto percent = whole_real(words[1].substr(key.size()));
  return percent && *percent <= 100 ? percent : std::nullopt;
}

Known<double> load_1m(const ProcFiles& files) {
  const auto text = files.line("/proc/loadavg");
  if (!text) return std::nullopt;
  const std::vector<std::string_view> words = words_of(*text);
  return words.empty() ? std::nullopt : whole_real(words[0]);
}

Known<std::map<std::string, std::string>> steering_variables(const ProcFiles& files) {
  constexpr std::string_view beginnings[] = {
      "OPENBLAS_", "GOTO_",          "ONEDNN_",    "DNNL_",
      "OMP_",      "GOMP_",          "KMP_",       "MKL_",
      "CUDA_",     "CUBLAS_",        "CUBLASLT_",  "NVIDIA_TF32_OVERRIDE",
      "MALLOC_",   "GLIBC_TUNABLES", "LD_PRELOAD", "LD_LIBRARY_PATH"};
  const auto text = files.text("/proc/self/environ");
  if (!text) return std::nullopt;
  std::map<std::string, std::string> found;
  std::string_view rest = *text;
  while (!rest.empty()) {
    const std::string_view assignment = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(rest.size(), assignment.size() + 1));
    const std::size_t equals = assignment.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = assignment.substr(0, equals);
    const bool steers = std::any_of(std::begin(beginnings), std::end(beginnings),
                                    [&](std::string_view one) { return name.rfind(one, 0) == 0; });
    if (steers) found[one_line(name)] = one_line(assignment.substr(equals + 1));
  }
  return found;
}

Environment read_environment(const ProcFiles& files, const std::vector<int>& cpus) {
  Environment now;
  now.os = os_name(files);
  now.kernel = files.line("/proc/sys/kernel/osrelease");
  now.hypervisor = hypervisor(files);
  now.governor = governor(files, cpus);
  now.turbo = turbo(files);
  now.huge_pages = huge_pages(files);
  now.microcode = microcode(files);
  now.load_1m = load_1m(files);
  now.pressure_cpu_some_avg10 = cpu_pressure(files);
  now.memory_available_bytes = meminfo_bytes(files, "MemAvailable");
  now.container = container(files);
  now.variables = steering_variables(files);
  return now;
}

}  // namespace roofmark
