#include "probes/memory_levels.h"

#include <algorithm>

#include "core/cache_room.h"

namespace roofmark {
namespace {

constexpr std::int64_t least_memory_bytes = 128 << 20;

std::int64_t last_level_in_reach(const Machine& machine, int threads) {
  int last = 0;
  std::int64_t most = 0;
  for (const Cache& cache : machine.cpu.caches) {
    const std::int64_t bytes = in_reach(cache, threads);
    most = cache.level > last ? bytes : std::max(most, bytes);
    last = std::max(last, cache.level);
  }
  return most;
}

/// One thread per core, as many as may run at a time.
std::vector<int> one_per_core(const Machine& machine, std::vector<int> cpus) {
  int cores = machine.cores_among(cpus);
  if (cores == 0) cores = static_cast<int>(cpus.size());
  cpus.resize(static_cast<std::size_t>(std::min(cores, machine.allowance.max_threads)));
  return cpus;
}

}  // namespace

std::int64_t level_bytes(const Machine& machine, const std::string& level, int threads) {
  if (level == "dram") {
    return std::max(4 * last_level_in_reach(machine, threads), least_memory_bytes);
  }
  return cache_room(machine, level[1] - '0', threads);
}

std::string misfit(const Machine& machine, const Conditions& conditions, int threads,
                   std::int64_t bytes) {
  const std::string& level = conditions.level;
  if (bytes == 0) return "this machine reports no " + level + " cache";
  if (level == "dram") {
    const auto available = machine.environment.memory_available_bytes;
    if (available && bytes > *available / 4) {
      return "4 x the last-level cache is more than a quarter of the available memory";
    }
  } else if (bytes <= greatest_cache(machine, level[1] - '0' - 1) * threads) {
    return "half of the " + level +
           " cache fits the caches above it: the level cannot be told apart";
  }
  if (conditions.pages == "huge" && machine.environment.huge_pages == "never") {
    return "transparent huge pages are switched off (/sys/kernel/mm/transparent_hugepage)";
  }
  return {};
}

std::vector<Place> kinds_of_core(const Machine& machine) {
  std::vector<Place> places;
  for (const CoreKind& kind : machine.cpu.kinds) {
    const std::vector<int> cpus = one_per_core(machine, machine.cpus_of(kind.name));
    if (cpus.empty()) continue;
    places.push_back({.cpus = {cpus.front()}, .cores = kind.name});
    if (cpus.size() > 1) places.push_back({.cpus = cpus, .cores = kind.name});
  }
  return places;
}

std::vector<Place> nodes(const Machine& machine) {
  std::vector<Place> places;
  const std::vector<NumaNode>& all = machine.cpu.nodes;
  if (all.size() < 2) return places;
  bool first = true;
  for (const NumaNode& node : all) {
    const std::vector<int> cpus = one_per_core(machine, machine.cpus_of("", node.id));
    if (cpus.empty()) continue;
    for (const NumaNode& memory : all) {
      const bool own = memory.id == node.id;
      if (memory.memory_bytes == 0 || (!own && !first)) continue;
      const std::string from = std::to_string(node.id);
      places.push_back({.cpus = cpus,
                        .node = own ? from : from + ":" + std::to_string(memory.id),
                        .memory_node = memory.id});
    }
    first = false;
  }
  return places;
}

Site placed(Site site, const Place& place) {
  site.conditions.cores = place.cores;
  site.conditions.node = place.node;
  site.cpus = place.cpus;
  site.memory_node = place.memory_node;
  return site;
}

}  // namespace roofmark
