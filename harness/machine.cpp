// Finds out what the machine is, without root: hwloc for the topology, /sys and /proc for the rest.
#include "harness/machine.h"

#include <hwloc.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <memory>

#include "core/error.h"
#include "harness/cgroup.h"
#include "harness/core_kinds.h"
#include "harness/cpu_identity.h"
#include "harness/cuda_devices.h"
#include "harness/environment.h"
#include "harness/identity.h"
#include "harness/kernel_grants.h"
#include "harness/tegra.h"
#include "harness/topology.h"

namespace roofmark {
namespace {

using HwlocTopology = std::unique_ptr<hwloc_topology, decltype(&hwloc_topology_destroy)>;

bool is_this_machine(const Sources& sources) {
  return sources.root == "/" && !sources.topology_xml;
}

/// What hwloc says, or nullptr where it can say nothing (a broken or missing recording).
HwlocTopology load(const Sources& sources) {
  hwloc_topology_t raw = nullptr;
  if (hwloc_topology_init(&raw) != 0) return {nullptr, hwloc_topology_destroy};
  HwlocTopology topology(raw, hwloc_topology_destroy);
  // CPUs that a cpuset forbids still belong to the machine; what is allowed is found out
  // separately.
  hwloc_topology_set_flags(raw, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
  if (!is_this_machine(sources)) {
    if (!sources.topology_xml) return {nullptr, hwloc_topology_destroy};
    if (hwloc_topology_set_xml(raw, sources.topology_xml->c_str()) != 0) {
      return {nullptr, hwloc_topology_destroy};
    }
  }
  if (hwloc_topology_load(raw) != 0) return {nullptr, hwloc_topology_destroy};
  if (is_this_machine(sources) && hwloc_topology_is_thissystem(raw) == 0) {
    throw MeasurementError(
        "cannot see this machine (hwloc is told to show another one); unset HWLOC_XMLFILE, "
        "HWLOC_SYNTHETIC and HWLOC_COMPONENTS");
  }
  return topology;
}

std::vector<int> numbers_of(hwloc_const_bitmap_t set) {
  std::vector<int> numbers;
  // A bitmap may be infinite ("all CPUs"); then it says nothing.
  if (set == nullptr || hwloc_bitmap_weight(set) < 0) return numbers;
  for (int i = hwloc_bitmap_first(set); i >= 0; i = hwloc_bitmap_next(set, i)) numbers.push_back(i);
  return numbers;
}

std::vector<Cache> caches_of(hwloc_topology_t topology) {
  std::vector<Cache> caches;
  for (const hwloc_obj_type_t type : {HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L2CACHE, HWLOC_OBJ_L3CACHE,
                                      HWLOC_OBJ_L4CACHE, HWLOC_OBJ_L5CACHE}) {
    hwloc_obj_t at = nullptr;
    while ((at = hwloc_get_next_obj_by_type(topology, type, at)) != nullptr) {
      const hwloc_obj_attr_u::hwloc_cache_attr_s& cache = at->attr->cache;
      if (cache.size == 0) continue;  // the kernel knows of it but not how large it is
      int cores = hwloc_get_nbobjs_inside_cpuset_by_type(topology, at->cpuset, HWLOC_OBJ_CORE);
      if (cores <= 0) cores = hwloc_bitmap_weight(at->cpuset);
      const Cache one{static_cast<int>(cache.depth), static_cast<std::int64_t>(cache.size),
                      static_cast<int>(cache.linesize), 1, cores};
      const auto same = std::find_if(caches.begin(), caches.end(), [&](const Cache& known) {
        return known.level == one.level && known.size_bytes == one.size_bytes &&
               known.line_bytes == one.line_bytes;
      });
      if (same == caches.end()) {
        caches.push_back(one);
      } else {
        ++same->instances;
        same->cores_sharing = std::max(same->cores_sharing, one.cores_sharing);
      }
    }
  }
  return caches;
}

std::vector<std::vector<int>> cores_of(hwloc_topology_t topology, bool& known) {
  std::vector<std::vector<int>> cores;
  hwloc_obj_t at = nullptr;
  while ((at = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_CORE, at)) != nullptr) {
    cores.push_back(numbers_of(at->cpuset));
  }
  known = !cores.empty();
  if (known) return cores;
  while ((at = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_PU, at)) != nullptr) {
    cores.push_back({static_cast<int>(at->os_index)});
  }
  return cores;
}

Known<std::int64_t> base_page(hwloc_topology_t topology) {
  Known<std::int64_t> smallest;
  hwloc_obj_t at = nullptr;
  while ((at = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_NUMANODE, at)) != nullptr) {
    for (unsigned i = 0; i < at->attr->numanode.page_types_len; ++i) {
      const auto size = static_cast<std::int64_t>(at->attr->numanode.page_types[i].size);
      if (size > 0) smallest = std::min(smallest.value_or(size), size);
    }
  }
  return smallest;
}

/// hwloc gives a node without CPUs those that are nearest to it; here they stay with their own,
/// which has the lower number.
std::vector<NumaNode> nodes_of(hwloc_topology_t topology) {
  std::vector<NumaNode> nodes;
  hwloc_obj_t at = nullptr;
  while ((at = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_NUMANODE, at)) != nullptr) {
    nodes.push_back({static_cast<int>(at->os_index), numbers_of(at->cpuset),
                     static_cast<std::int64_t>(at->attr->numanode.local_memory)});
  }
  std::sort(nodes.begin(), nodes.end(),
            [](const NumaNode& a, const NumaNode& b) { return a.id < b.id; });
  std::vector<int> taken;
  for (NumaNode& node : nodes) {
    std::erase_if(node.cpus, [&](int cpu) {
      return std::find(taken.begin(), taken.end(), cpu) != taken.end();
    });
    taken.insert(taken.end(), node.cpus.begin(), node.cpus.end());
  }
  // Linux keeps numbers for memory that may be plugged in one day.
  std::erase_if(nodes,
                [](const NumaNode& one) { return one.cpus.empty() && one.memory_bytes == 0; });
  return nodes;
}

/// P and E cores of a hybrid Intel CPU, which says of each core what it is (CPUID leaf 0x1a).
std::vector<CoreKind> kinds_of([[maybe_unused]] hwloc_topology_t topology) {
  std::vector<CoreKind> kinds{{.name = "p"}, {.name = "e"}};
#if HWLOC_API_VERSION >= 0x00020400
  const std::unique_ptr<hwloc_bitmap_s, decltype(&hwloc_bitmap_free)> set(hwloc_bitmap_alloc(),
                                                                          hwloc_bitmap_free);
  unsigned count = 0;
  hwloc_info_s* infos = nullptr;
  for (unsigned i = 0;
       hwloc_cpukinds_get_info(topology, i, set.get(), nullptr, &count, &infos, 0) == 0; ++i) {
    for (unsigned at = 0; at < count; ++at) {
      if (infos[at].name != std::string_view("CoreType")) continue;
      const std::string_view type = infos[at].value;
      const std::vector<int> cpus = numbers_of(set.get());
      std::vector<int>& all = kinds[type == "IntelAtom"].cpus;
      if (type == "IntelCore" || type == "IntelAtom")
        all.insert(all.end(), cpus.begin(), cpus.end());
    }
  }
#endif
  for (CoreKind& kind : kinds) std::sort(kind.cpus.begin(), kind.cpus.end());
  std::erase_if(kinds, [](const CoreKind& kind) { return kind.cpus.empty(); });
  return kinds;
}

Topology read_topology(hwloc_topology_t hwloc) {
  Topology topology;
  topology.packages = std::max(0, hwloc_get_nbobjs_by_type(hwloc, HWLOC_OBJ_PACKAGE));
  topology.numa_nodes = std::max(0, hwloc_get_nbobjs_by_type(hwloc, HWLOC_OBJ_NUMANODE));
  topology.cores = cores_of(hwloc, topology.cores_known);
  topology.caches = caches_of(hwloc);
  topology.nodes = nodes_of(hwloc);
  topology.kinds = kinds_of(hwloc);
  topology.page_bytes = base_page(hwloc);
  const char* architecture = hwloc_obj_get_info_by_name(hwloc_get_root_obj(hwloc), "Architecture");
  if (architecture != nullptr) topology.architecture = one_line(architecture);
  return topology;
}

bool has_cpus(const Topology& topology) {
  return std::any_of(topology.cores.begin(), topology.cores.end(),
                     [](const std::vector<int>& core) { return !core.empty(); });
}

/// Without hwloc: the CPUs that are on, each taken for a core, and nothing about caches.
Topology flat_topology(const ProcFiles& files) {
  Topology topology;
  const std::string online = files.text("/sys/devices/system/cpu/online").value_or("");
  std::vector<int> cpus = cpu_list(online).value_or(std::vector<int>{});
  if (cpus.empty()) {
    const std::string text = files.text("/proc/cpuinfo").value_or("");
    for (const std::string_view line : lines_of(text)) {
      if (line.substr(0, 9) == "processor") cpus.push_back(static_cast<int>(cpus.size()));
    }
  }
  if (cpus.empty()) {
    throw MeasurementError(
        "cannot tell how many CPUs there are (neither hwloc nor /sys nor /proc says so); mount "
        "/sys "
        "and /proc");
  }
  for (const int cpu : cpus) topology.cores.push_back({cpu});
  return topology;
}

/// The calling thread's affinity: the kernel's word on the real machine, its record on another.
Known<std::vector<int>> affinity(const ProcFiles& files, hwloc_topology_t hwloc) {
  if (hwloc != nullptr && hwloc_topology_is_thissystem(hwloc) != 0) {
    const std::unique_ptr<hwloc_bitmap_s, decltype(&hwloc_bitmap_free)> set(hwloc_bitmap_alloc(),
                                                                            hwloc_bitmap_free);
    if (hwloc_get_cpubind(hwloc, set.get(), HWLOC_CPUBIND_THREAD) == 0) {
      std::vector<int> cpus = numbers_of(set.get());
      if (!cpus.empty()) return cpus;
    }
  }
  const std::string status = files.text("/proc/self/status").value_or("");
  const auto list = value_of(status, "Cpus_allowed_list");
  return list ? cpu_list(*list) : std::nullopt;
}

std::vector<int> common(std::vector<int> a, const Known<std::vector<int>>& b) {
  if (!b) return a;
  std::vector<int> both;
  std::set_intersection(a.begin(), a.end(), b->begin(), b->end(), std::back_inserter(both));
  return both;
}

int cores_with_any(const Topology& topology, const std::vector<int>& cpus) {
  return static_cast<int>(std::count_if(
      topology.cores.begin(), topology.cores.end(), [&](const std::vector<int>& core) {
        return std::any_of(core.begin(), core.end(), [&](int cpu) {
          return std::binary_search(cpus.begin(), cpus.end(), cpu);
        });
      }));
}

Allowance allowance(const ProcFiles& files, const Topology& topology, const CgroupLimits& limits,
                    const Known<std::vector<int>>& bound) {
  std::vector<int> cpus;
  for (const std::vector<int>& core : topology.cores) {
    cpus.insert(cpus.end(), core.begin(), core.end());
  }
  std::sort(cpus.begin(), cpus.end());
  std::vector<int> allowed = common(common(cpus, bound), limits.cpus);
  // Sources that contradict one another leave one CPU, the least that a running process has.
  if (allowed.empty()) allowed = {cpus.front()};
  Allowance allowance;
  allowance.cpus = one_per_core_first(topology, allowed);
  if (topology.cores_known) allowance.cores = cores_with_any(topology, allowed);
  allowance.quota_cpus = limits.quota_cpus;
  allowance.cgroup = limits.version;
  const Known<std::int64_t> memory = meminfo_bytes(files, "MemTotal");
  if (limits.memory_limit_bytes && (!memory || *limits.memory_limit_bytes < *memory)) {
    allowance.memory_limit_bytes = limits.memory_limit_bytes;
  }
  allowance.max_threads = static_cast<int>(allowance.cpus.size());
  // Half a core is one thread that runs half the time; a quota above the CPUs is none.
  if (limits.quota_cpus && *limits.quota_cpus < allowance.max_threads) {
    allowance.max_threads = static_cast<int>(std::ceil(*limits.quota_cpus));
  }
  return allowance;
}

Cpu read_cpu(const ProcFiles& files, const Topology& topology) {
  Cpu cpu;
  cpu.architecture = topology.architecture;
  identify_cpu(files, cpu);
  cpu.packages = topology.packages;
  cpu.numa_nodes = topology.numa_nodes;
  for (const std::vector<int>& core : topology.cores) {
    cpu.threads += static_cast<int>(core.size());
    if (topology.cores_known) cpu.smt = cpu.smt.value_or(false) || core.size() > 1;
  }
  cpu.cores = topology.cores_known ? static_cast<int>(topology.cores.size()) : 0;
  cpu.caches = topology.caches;
  cpu.nodes = topology.nodes;
  cpu.kinds = topology.kinds;
  return cpu;
}

Known<std::int64_t> present_cpus(const ProcFiles& files) {
  const auto text = files.text("/sys/devices/system/cpu/present");
  const auto cpus = text ? cpu_list(*text) : std::nullopt;
  if (!cpus || cpus->empty()) return std::nullopt;
  return static_cast<std::int64_t>(cpus->size());
}

}  // namespace

std::vector<int> one_per_core_first(const Topology& topology, const std::vector<int>& allowed) {
  std::vector<int> order;
  bool more = true;
  for (std::size_t turn = 0; more; ++turn) {
    more = false;
    for (const std::vector<int>& core : topology.cores) {
      std::size_t seen = 0;
      for (const int cpu : core) {
        if (!std::binary_search(allowed.begin(), allowed.end(), cpu)) continue;
        if (seen++ != turn) continue;
        order.push_back(cpu);
        more = true;
      }
    }
  }
  return order;
}

Machine discover(const Sources& sources) {
  const ProcFiles files(sources.root);
  const HwlocTopology hwloc = load(sources);
  Topology topology = hwloc ? read_topology(hwloc.get()) : Topology{};
  if (!has_cpus(topology)) topology = flat_topology(files);
  topology.kinds = kinds_of_core(files, topology);
  sort_by_kind(topology.cores, topology.kinds);
  const CgroupLimits limits = cgroup_limits(files);

  Machine machine;
  machine.cpu = read_cpu(files, topology);
  if (is_this_machine(sources)) {
    drop_denied_isas(machine.cpu);
    ask_kernel(machine.cpu);
  }
  machine.allowance = allowance(files, topology, limits, affinity(files, hwloc.get()));
  machine.environment = read_environment(files, machine.allowance.cpus);
  if (!limits.quota_note.empty()) machine.environment.cpu_quota_note = limits.quota_note;
  if (limits.memory_left_bytes) {
    Known<std::int64_t>& available = machine.environment.memory_available_bytes;
    available = std::min(available.value_or(*limits.memory_left_bytes), *limits.memory_left_bytes);
  }
  machine.board = board_name(files);
  machine.jetson = read_jetson(files);
  machine.memory_bytes = meminfo_bytes(files, "MemTotal");
  if (is_this_machine(sources)) machine.gpus = cuda_devices(sources.nvml).gpus;

  Known<std::int64_t> installed = present_memory_bytes(files, topology.page_bytes);
  if (!installed) installed = machine.memory_bytes;
  machine.id = fingerprint({machine.board, machine.cpu.model, core_kinds(files),
                            present_cpus(files), topology.caches, machine.gpus, installed});
  machine.class_ = machine_class(machine, installed);
  return machine;
}

}  // namespace roofmark
