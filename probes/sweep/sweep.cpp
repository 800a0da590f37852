// Read bandwidth over the size of the working set: where a level ends is seen, not assumed.
#include <algorithm>
#include <cmath>

#include "probes/memory_levels.h"
#include "probes/stream/stream_cpu.h"

namespace roofmark {
namespace {

constexpr std::int64_t least_bytes = 4 << 10;  // of each thread
constexpr int per_octave = 4;

constexpr StreamPattern reading = stream_patterns[read_pattern];

std::int64_t last_level_bytes(const Machine& machine, int threads) {
  return level_bytes(machine, "dram", threads) / 4;
}

/// From 4 KiB of each thread to twice what the memory's probes take (a plateau wants three points),
/// on one thread, one per core and one per hardware thread.  Two points in each octave, four in the
/// deepest preset.
std::vector<Site> sites(const Machine& machine, const Variant& variant, int threads) {
  const Allowance& allowance = machine.allowance;
  const bool wanted =
      threads == 1 || threads == allowance.cores || threads == allowance.max_threads;
  if (!wanted || !is_widest_stream(machine, variant)) return {};
  const Conditions conditions{.level = "sweep", .pages = "huge"};
  const std::int64_t most = 2 * level_bytes(machine, "dram", threads);
  std::vector<Site> all;
  for (int step = 0;; ++step) {
    const double size = static_cast<double>(least_bytes * threads) *
                        std::exp2(static_cast<double>(step) / per_octave);
    if (size > static_cast<double>(most)) break;
    Site site = cpu_stream_site(reading, threads, std::llround(size), conditions);
    const bool again = !all.empty() && all.back().shape == site.shape;  // whole steps of a KiB
    if (again) continue;
    site.scales = threads == allowance.cores;
    site.depth = step % 2 == 0 ? Depth::standard : Depth::thorough;
    Conditions memory = conditions;
    memory.level = "dram";  // has no least size
    site.reason = misfit(machine, memory, threads, site.shape.at("bytes"));
    all.push_back(site);
  }
  return all;
}

/// Beyond the last level it reads as the memory's probe does.
std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  const bool far = what.shape.at("bytes") > last_level_bytes(device.machine(), what.threads);
  return cpu_stream_task(what, device, read_pattern, far);
}

}  // namespace

std::vector<Kernel> sweep_kernels() {
  return {{.name = "sweep",
           .summary = "read bandwidth over the size of what is read",
           .role = Role::bandwidth_probe,
           .work = stream_work<read_pattern>,
           .sites = sites,
           .variants = stream_variants(prepare),
           .brief = true}};
}

}  // namespace roofmark
