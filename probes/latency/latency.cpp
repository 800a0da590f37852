// Latency of each memory level of a CPU: a random cycle of pointers that one thread follows, so
// that every load waits for the one before and no prefetcher knows the next.
#include <algorithm>

#include "probes/latency/chase_lines.h"
#include "probes/memory_levels.h"

namespace roofmark {
namespace {

/// Loads of one launch: 100 us at the least latencies known (3 cycles in L1, 10 in L2, 25 in L3, 60
/// ns in memory).
std::int64_t loads_at(const std::string& level) {
  return level == "l1" ? 1 << 18 : level == "l2" ? 1 << 16 : level == "l3" ? 1 << 15 : 1 << 13;
}

Work work(const Shape& shape, const Format&) {
  return {.ops = Ops{static_cast<double>(shape.at("loads"))}};
}

Site site(const Machine& machine, const char* level, const char* pages, Depth depth) {
  const std::int64_t bytes = level_bytes(machine, level, 1) / chase_line_bytes * chase_line_bytes;
  Site site{.shape = {{"bytes", bytes}, {"loads", loads_at(level)}},
            .conditions = {.level = level, .pages = pages},
            .depth = depth};
  site.reason = misfit(machine, site.conditions, 1, bytes);
  return site;
}

/// One thread, however many are asked for: it is what a single load waits for.  On 4 KiB pages with
/// what a scattered access costs in address translation.  On a machine with several nodes also from
/// one core of each kind of memory, and where cores differ on each kind of core.
std::vector<Site> sites(const Machine& machine, const Variant&, int) {
  std::vector<Site> all;
  for (const char* level : {"l1", "l2", "l3", "dram"}) {
    all.push_back(site(machine, level, "huge", Depth::quick));
    if (level != std::string_view("l1")) {
      all.push_back(site(machine, level, "4k", Depth::standard));
    }
  }
  for (Place place : nodes(machine)) {
    place.cpus.resize(1);
    all.push_back(placed(site(machine, "dram", "huge", Depth::standard), place));
  }
  for (const Place& place : kinds_of_core(machine)) {
    if (place.cpus.size() > 1) continue;
    for (const char* level : {"l1", "l2", "dram"}) {
      all.push_back(placed(site(machine, level, "huge", Depth::standard), place));
    }
  }
  for (Site& one : all) {
    if (one.cpus.empty() && !machine.allowance.cpus.empty()) {
      one.cpus = {machine.allowance.cpus.front()};
    }
  }
  return all;
}

class LatencyTask final : public Task {
 public:
  LatencyTask(const Case& what, Device& device)
      : lines_(what, device), loads_(what.shape.at("loads")) {}

  void launch(Queue) override { lines_.follow(loads_); }

  /// It meets every line once, and the chain of loads ends where it must.
  double error() override { return lines_.is_cycle() && lines_.lands(loads_) ? 0 : 2; }

 private:
  ChaseLines lines_;
  std::int64_t loads_;
};

std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return std::make_unique<LatencyTask>(what, device);
}

}  // namespace

std::vector<Kernel> latency_kernels() {
  const Format none{DType::none, DType::none, DType::none};
  return {{.name = "latency",
           .summary = "latency of each memory level: a chain of loads, each of the next's address",
           .role = Role::latency_probe,
           .work = work,
           .sites = sites,
           .variants = {{"chase", "cpu", "", none, prepare, {}}}}};
}

}  // namespace roofmark
