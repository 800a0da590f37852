// Who the CPU is and which instruction sets it runs, as the kernel shows it.
#include "harness/cpu_identity.h"

#include <isas.h>

#include <algorithm>
#include <cstdio>
#include <iterator>

#include "harness/kernel_grants.h"
#include "harness/processor.h"

namespace roofmark {
namespace {

/// The fields of one logical CPU in /proc/cpuinfo.
using Fields = std::map<std::string, std::string, std::less<>>;

/// What an Arm core says of itself (Main ID Register; Arm Architecture Reference Manual, MIDR_EL1).
struct Midr {
  int implementer = 0, variant = 0, part = 0, revision = 0;
  auto operator<=>(const Midr&) const = default;
};

std::vector<Fields> processors(const ProcFiles& files) {
  std::vector<Fields> all;
  const std::string text = files.text("/proc/cpuinfo").value_or("");
  for (const std::string_view line : lines_of(text)) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string key(trimmed(line.substr(0, colon)));
    if (key == "processor") all.emplace_back();
    // Lines after the last processor describe the board; older Arm kernels also put some before it.
    if (!all.empty()) all.back().emplace(key, trimmed(line.substr(colon + 1)));
  }
  return all;
}

Known<std::string> field(const Fields& of, std::string_view key) {
  const auto at = of.find(key);
  if (at == of.end()) return std::nullopt;
  std::string value = one_line(at->second);
  if (value.empty()) return std::nullopt;
  return value;
}

Known<int> number(const Fields& of, std::string_view key) {
  const auto at = of.find(key);
  if (at == of.end()) return std::nullopt;
  const bool hexadecimal = at->second.substr(0, 2) == "0x";
  const auto value = whole_number(at->second, hexadecimal ? 16 : 10);
  constexpr int largest = 0xffff;  // no CPUID or MIDR field is wider
  if (!value || *value < 0 || *value > largest) return std::nullopt;
  return static_cast<int>(*value);
}

/// By logical CPU.
using Midrs = std::map<int, Midr>;

Midrs midrs_of_registers(const ProcFiles& files) {
  Midrs found;
  for (const std::string& name : files.names("/sys/devices/system/cpu")) {
    const auto cpu = name.substr(0, 3) == "cpu" ? whole_number(name.substr(3)) : std::nullopt;
    if (!cpu) continue;
    const auto text =
        files.line("/sys/devices/system/cpu/" + name + "/regs/identification/midr_el1");
    const auto bits = text ? whole_number(*text, 16) : std::nullopt;
    if (!bits || *bits <= 0) continue;
    const auto part_of = [&](int shift, int mask) {
      return static_cast<int>(*bits >> shift) & mask;
    };
    found[static_cast<int>(*cpu)] = {part_of(24, 0xff), part_of(20, 0xf), part_of(4, 0xfff),
                                     part_of(0, 0xf)};
  }
  return found;
}

/// Of each CPU that is on; from the registers, else from /proc/cpuinfo.
Midrs midrs(const ProcFiles& files, const std::vector<Fields>& cpus) {
  Midrs found = midrs_of_registers(files);
  if (!found.empty()) return found;
  for (const Fields& cpu : cpus) {
    const auto implementer = number(cpu, "CPU implementer"), part = number(cpu, "CPU part");
    const auto variant = number(cpu, "CPU variant"), revision = number(cpu, "CPU revision");
    if (implementer && part && variant && revision) {
      const int logical = number(cpu, "processor").value_or(static_cast<int>(found.size()));
      found[logical] = {*implementer, *variant, *part, *revision};
    }
  }
  return found;
}

/// Implementer codes of the Arm Architecture Reference Manual and of Linux asm/cputype.h.
Known<std::string> implementer_name(int code) {
  switch (code) {
    case 0x41:
      return "Arm";
    case 0x42:
      return "Broadcom";
    case 0x43:
      return "Cavium";
    case 0x46:
      return "Fujitsu";
    case 0x48:
      return "HiSilicon";
    case 0x4e:
      return "NVIDIA";
    case 0x50:
      return "Applied Micro";
    case 0x51:
      return "Qualcomm";
    case 0x53:
      return "Samsung";
    case 0x61:
      return "Apple";
    case 0x6d:
      return "Microsoft";
    case 0xc0:
      return "Ampere";
    default:
      return std::nullopt;
  }
}

/// The value all CPUs agree on; nullopt where one lacks it or differs.
template <class Value, class All, class Get>
Known<Value> agreed(const All& all, Get get) {
  Known<Value> value;
  for (const auto& one : all) {
    const Known<Value> here = get(one);
    if (!here || (value && *value != *here)) return std::nullopt;
    value = here;
  }
  return value;
}

/// Words that every CPU lists under "flags" (x86) or "Features" (Arm), sorted.
std::vector<std::string_view> common_flags(const std::vector<Fields>& cpus) {
  std::vector<std::string_view> common;
  std::string_view last;
  for (std::size_t i = 0; i < cpus.size(); ++i) {
    auto at = cpus[i].find("flags");
    if (at == cpus[i].end()) at = cpus[i].find("Features");
    if (at == cpus[i].end()) return {};
    if (i > 0 && at->second == last) continue;  // as always but on hybrid CPUs
    last = at->second;
    std::vector<std::string_view> flags = words_of(at->second);
    std::sort(flags.begin(), flags.end());
    if (i == 0) {
      common = flags;
    } else {
      std::vector<std::string_view> both;
      std::set_intersection(common.begin(), common.end(), flags.begin(), flags.end(),
                            std::back_inserter(both));
      common = both;
    }
  }
  return common;
}

bool among(std::string_view architecture, std::string_view names) {
  while (!names.empty()) {
    const std::size_t bar = names.find('|');
    if (names.substr(0, bar) == architecture) return true;
    if (bar == std::string_view::npos) break;
    names.remove_prefix(bar + 1);
  }
  return false;
}

/// An instruction set, and the words of /proc/cpuinfo that it needs.
struct Isa {
  std::string_view name, architectures, test;
};

#define ROOFMARK_ISA_ROW(name, architectures, vector_bytes, test) {#name, architectures, test},
constexpr Isa known_isas[] = {ROOFMARK_EACH_KNOWN_ISA(ROOFMARK_ISA_ROW)};
#undef ROOFMARK_ISA_ROW

std::vector<std::string> isas_of(const std::vector<Fields>& cpus, std::string_view architecture) {
  const std::vector<std::string_view> flags = common_flags(cpus);
  std::vector<std::string> isas;
  for (const Isa& isa : known_isas) {
    const std::vector<std::string_view> needed = words_of(isa.test);
    const bool all = std::all_of(needed.begin(), needed.end(), [&](std::string_view word) {
      return std::binary_search(flags.begin(), flags.end(), word);
    });
    if (all && among(architecture, isa.architectures)) isas.emplace_back(isa.name);
  }
  return isas;
}

void identify_arm(const Midrs& cores, Cpu& cpu) {
  const auto field_of = [&](int Midr::*field) {
    return agreed<int>(cores, [&](const auto& core) { return Known<int>(core.second.*field); });
  };
  cpu.implementer = field_of(&Midr::implementer);
  cpu.part = field_of(&Midr::part);
  cpu.variant_part = field_of(&Midr::variant);
  if (cpu.implementer) cpu.vendor = implementer_name(*cpu.implementer);
}

}  // namespace

void identify_cpu(const ProcFiles& files, Cpu& cpu) {
  const std::vector<Fields> cpus = processors(files);
  const auto text = [&](std::string_view key) {
    return agreed<std::string>(cpus, [&](const Fields& of) { return field(of, key); });
  };
  const auto value = [&](std::string_view key) {
    return agreed<int>(cpus, [&](const Fields& of) { return number(of, key); });
  };
  const Midrs cores = midrs(files, cpus);
  if (cpu.architecture.empty()) {
    cpu.architecture = !cores.empty() ? "aarch64" : text("vendor_id") ? "x86_64" : "unknown";
  }
  cpu.model = text("model name");
  if (!cores.empty()) {
    identify_arm(cores, cpu);
  } else {
    cpu.vendor = text("vendor_id");
    cpu.family = value("cpu family");
    cpu.model_number = value("model");
    cpu.stepping = value("stepping");
  }
  cpu.isas = isas_of(cpus, cpu.architecture);
  const auto sve_bytes = files.number("/proc/sys/abi/sve_default_vector_length");
  if (sve_bytes && is_sve_length(*sve_bytes)) cpu.sve_bytes = static_cast<int>(*sve_bytes);
}

void drop_denied_isas(Cpu& cpu, const Denies& denies) {
  for (const Isa& isa : known_isas) {
    if (!among(cpu.architecture, isa.architectures)) continue;
    const std::vector<std::string_view> needed = words_of(isa.test);
    if (std::any_of(needed.begin(), needed.end(), denies)) std::erase(cpu.isas, isa.name);
  }
}

void drop_denied_isas(Cpu& cpu) { drop_denied_isas(cpu, processor_denies); }

std::map<int, ArmPart> arm_parts(const ProcFiles& files) {
  std::map<int, ArmPart> parts;
  for (const auto& [logical, core] : midrs(files, processors(files))) {
    parts[logical] = {core.implementer, core.part};
  }
  return parts;
}

std::vector<std::string> core_kinds(const ProcFiles& files) {
  const std::vector<Fields> cpus = processors(files);
  std::vector<std::string> kinds;
  for (const auto& [logical, core] : midrs(files, cpus)) {
    char text[40];
    std::snprintf(text, sizeof text, "%x:%x:%x:%x", static_cast<unsigned>(core.implementer),
                  static_cast<unsigned>(core.part), static_cast<unsigned>(core.variant),
                  static_cast<unsigned>(core.revision));
    kinds.emplace_back(text);
  }
  if (kinds.empty()) {
    for (const Fields& of : cpus) {
      std::string kind = field(of, "vendor_id").value_or("?");
      for (const char* key : {"cpu family", "model", "stepping"}) {
        kind += ':' + field(of, key).value_or("?");
      }
      kinds.push_back(kind);
    }
  }
  std::sort(kinds.begin(), kinds.end());
  kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
  return kinds;
}

Known<std::string> microcode(const ProcFiles& files) {
  return agreed<std::string>(processors(files),
                             [](const Fields& of) { return field(of, "microcode"); });
}

Known<bool> hypervisor_flag(const ProcFiles& files) {
  const std::vector<Fields> cpus = processors(files);
  if (cpus.empty() || cpus[0].find("flags") == cpus[0].end()) return std::nullopt;
  const std::vector<std::string_view> flags = words_of(cpus[0].find("flags")->second);
  const auto listed = [&](std::string_view flag) {
    return std::find(flags.begin(), flags.end(), flag) != flags.end();
  };
  if (!listed("sse2")) return std::nullopt;  // every 64-bit x86 has it: these are no flags
  return listed("hypervisor");
}

}  // namespace roofmark
