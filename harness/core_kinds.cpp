// The kinds of core of a machine whose cores differ: P and E cores, big and LITTLE.
#include "harness/core_kinds.h"

#include <algorithm>
#include <cstdio>
#include <iterator>

#include "harness/cpu_identity.h"

namespace roofmark {
namespace {

/// Parts that share a machine with others, by the names of Linux arch/arm64/include/asm/cputype.h.
struct PartName {
  ArmPart part;
  const char* name;
};
constexpr PartName part_names[] = {{{0x41, 0xd03}, "cortex-a53"},  {{0x41, 0xd04}, "cortex-a35"},
                                   {{0x41, 0xd05}, "cortex-a55"},  {{0x41, 0xd07}, "cortex-a57"},
                                   {{0x41, 0xd08}, "cortex-a72"},  {{0x41, 0xd09}, "cortex-a73"},
                                   {{0x41, 0xd0a}, "cortex-a75"},  {{0x41, 0xd0b}, "cortex-a76"},
                                   {{0x41, 0xd0d}, "cortex-a77"},  {{0x41, 0xd0e}, "cortex-a76ae"},
                                   {{0x41, 0xd41}, "cortex-a78"},  {{0x41, 0xd42}, "cortex-a78ae"},
                                   {{0x41, 0xd44}, "cortex-x1"},   {{0x41, 0xd46}, "cortex-a510"},
                                   {{0x41, 0xd47}, "cortex-a710"}, {{0x41, 0xd48}, "cortex-x2"},
                                   {{0x41, 0xd4b}, "cortex-a78c"}, {{0x41, 0xd4c}, "cortex-x1c"},
                                   {{0x41, 0xd4d}, "cortex-a715"}, {{0x41, 0xd4e}, "cortex-x3"},
                                   {{0x41, 0xd80}, "cortex-a520"}, {{0x41, 0xd81}, "cortex-a720"},
                                   {{0x41, 0xd82}, "cortex-x4"},   {{0x41, 0xd85}, "cortex-x925"},
                                   {{0x41, 0xd87}, "cortex-a725"}, {{0x4e, 0x003}, "denver"},
                                   {{0x61, 0x022}, "icestorm"},    {{0x61, 0x023}, "firestorm"},
                                   {{0x61, 0x024}, "icestorm"},    {{0x61, 0x025}, "firestorm"},
                                   {{0x61, 0x028}, "icestorm"},    {{0x61, 0x029}, "firestorm"},
                                   {{0x61, 0x032}, "blizzard"},    {{0x61, 0x033}, "avalanche"},
                                   {{0x61, 0x034}, "blizzard"},    {{0x61, 0x035}, "avalanche"},
                                   {{0x61, 0x038}, "blizzard"},    {{0x61, 0x039}, "avalanche"}};

/// "cortex-a76"; of a part without a name its numbers: "41-d90".
std::string name_of(const ArmPart& part) {
  const auto* known = std::find_if(std::begin(part_names), std::end(part_names),
                                   [&](const PartName& one) { return one.part == part; });
  if (known != std::end(part_names)) return known->name;
  char numbers[24];
  std::snprintf(numbers, sizeof numbers, "%02x-%03x", static_cast<unsigned>(part.implementer),
                static_cast<unsigned>(part.part));
  return numbers;
}

bool among(const std::vector<int>& sorted, int cpu) {
  return std::binary_search(sorted.begin(), sorted.end(), cpu);
}

std::vector<CoreKind> kinds_by_counters(const ProcFiles& files) {
  std::vector<CoreKind> kinds;
  for (const auto& [name, folder] : {std::pair("p", "cpu_core"), std::pair("e", "cpu_atom")}) {
    const auto list = files.line("/sys/devices/" + std::string(folder) + "/cpus");
    const auto cpus = list ? cpu_list(*list) : std::nullopt;
    if (cpus) kinds.push_back({.name = name, .cpus = *cpus});
  }
  return kinds;
}

std::vector<CoreKind> kinds_by_part(const ProcFiles& files) {
  std::vector<CoreKind> kinds;
  for (const auto& [cpu, part] : arm_parts(files)) {
    const std::string name = name_of(part);
    auto kind = std::find_if(kinds.begin(), kinds.end(),
                             [&](const CoreKind& one) { return one.name == name; });
    if (kind == kinds.end()) {
      kinds.push_back({.name = name, .implementer = part.implementer, .part = part.part});
      kind = kinds.end() - 1;
    }
    kind->cpus.push_back(cpu);
  }
  return kinds;
}

/// Linux's word for how fast a CPU is beside the others, then its highest clock; 0: unknown.
std::pair<std::int64_t, std::int64_t> speed(const ProcFiles& files, const CoreKind& kind) {
  const std::string cpu = "/sys/devices/system/cpu/cpu" + std::to_string(kind.cpus.front());
  return {files.number(cpu + "/cpu_capacity").value_or(0),
          files.number(cpu + "/cpufreq/cpuinfo_max_freq").value_or(0)};
}

/// Keeps of each kind the CPUs that are on, counts their cores, and drops kinds without any.
void count_cores(std::vector<CoreKind>& kinds, const Topology& topology) {
  for (CoreKind& kind : kinds) {
    std::vector<int> present;
    for (const std::vector<int>& core : topology.cores) {
      const std::size_t before = present.size();
      std::copy_if(core.begin(), core.end(), std::back_inserter(present),
                   [&](int cpu) { return among(kind.cpus, cpu); });
      if (topology.cores_known && present.size() > before) ++kind.cores;
    }
    std::sort(present.begin(), present.end());
    kind.cpus = present;
  }
  std::erase_if(kinds, [](const CoreKind& kind) { return kind.cpus.empty(); });
}

}  // namespace

std::vector<CoreKind> kinds_of_core(const ProcFiles& files, const Topology& topology) {
  std::vector<CoreKind> kinds = topology.kinds;
  if (kinds.size() < 2) kinds = kinds_by_counters(files);
  if (kinds.size() < 2) kinds = kinds_by_part(files);
  count_cores(kinds, topology);
  if (kinds.size() < 2) return {};
  // Kinds of a hybrid Intel CPU come in order, and their clocks may say otherwise.
  if (kinds.front().part) {
    std::stable_sort(kinds.begin(), kinds.end(), [&](const CoreKind& a, const CoreKind& b) {
      return speed(files, a) > speed(files, b);
    });
  }
  return kinds;
}

void sort_by_kind(std::vector<std::vector<int>>& cores, const std::vector<CoreKind>& kinds) {
  const auto rank = [&](const std::vector<int>& core) {
    return std::find_if(kinds.begin(), kinds.end(),
                        [&](const CoreKind& kind) {
                          return !core.empty() && among(kind.cpus, core.front());
                        }) -
           kinds.begin();
  };
  std::stable_sort(cores.begin(), cores.end(),
                   [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
}

}  // namespace roofmark
