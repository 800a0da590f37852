#include "app/estimate.h"

#include <algorithm>

namespace roofmark {
namespace {

// Read off runs of a 2-core Zen 5 server: what a row costs beside its samples.
constexpr double row_overhead_s = 0.02;      // allocation, health, settling
constexpr double reading_s = 120e-6;         // the looks at the cores around a sample
constexpr double checked_bytes_per_s = 2e9;  // poisoning, filling and checking outputs
constexpr double kernel_share = 0.6;  // of the peak that a typical compute-bound kernel reaches

/// Seconds of one launch at the machine's rough rates.
double launch_s(const Case& what, const RoughRates& rates) {
  const Work work = what.kernel->work(what.shape, what.format);
  const bool cached = what.kernel->role == Role::bandwidth_probe && what.conditions.level != "dram";
  // Caches are faster than memory by about these factors; a cache level's launch is short anyway.
  const double bytes_per_s = rates.bytes_per_s * (cached ? 5 : 1);
  const double share = what.kernel->role == Role::kernel ? kernel_share : 1;
  return std::max(work.ops.value / (share * rates.ops_per_s), work.bytes().value / bytes_per_s);
}

/// A compute or memory task of the registry that can run here, prepared; null where there is none.
Case probe_case(std::span<const Kernel> registry, const Machine& machine, const char* kernel,
                const char* level, int threads) {
  Case found;
  for (const Kernel& candidate : registry) {
    if (candidate.name != kernel) continue;
    for (const Variant& variant : candidate.variants) {
      if (!variant.needs.empty() && !machine.has_isa(variant.needs)) continue;
      if (!(variant.format == Format{})) continue;
      for (const Site& site : candidate.sites(machine, variant, threads)) {
        if (site.reason.empty() && site.conditions.level == level) {
          found = {&candidate, &variant,       site.shape,     site.conditions,
                   threads,    variant.device, variant.format, {}};
        }
      }
    }
  }
  return found;
}

double fastest_launch_s(const Case& what, Device& device) {
  constexpr int tries = 4;
  const auto task = what.variant->prepare(what, device);
  double fastest = 1e300;
  for (int i = 0; i < tries; ++i) fastest = std::min(fastest, device.time(*task, 1).value);
  return fastest;
}

}  // namespace

std::map<int, RoughRates> rough_rates(std::span<const Kernel> registry, const Policy& policy,
                                      Device& device) {
  std::map<int, RoughRates> rates;
  for (const int threads : policy.threads) {
    device.use_threads(threads);
    RoughRates& rate = rates[threads];
    rate = {10e9 * threads, 10e9};  // any machine of the last ten years, where no probe runs
    const Case fma = probe_case(registry, device.machine(), "fma", "", threads);
    const Case read = probe_case(registry, device.machine(), "read", "dram", threads);
    if (fma.kernel != nullptr) {
      rate.ops_per_s =
          fma.kernel->work(fma.shape, fma.format).ops.value / fastest_launch_s(fma, device);
    }
    if (read.kernel != nullptr) {
      rate.bytes_per_s =
          read.kernel->work(read.shape, read.format).read.value / fastest_launch_s(read, device);
    }
  }
  return rates;
}

Cost cost_of(const PlannedCase& planned, const Plan& plan, const Policy& policy,
             const std::map<int, RoughRates>& rates) {
  const Case& what = planned.what;
  if (!what.reason.empty()) return {};
  const RoughRates& rate = rates.at(what.threads);
  const Work work = what.kernel->work(what.shape, what.format);
  const bool is_kernel = what.kernel->role == Role::kernel;
  const double launch = launch_s(what, rate);
  double sample = std::max(is_kernel ? policy.sample_s : policy.core_sample_s, launch) + reading_s;
  double settling = 2 * sample;
  if (planned.companion >= 0) {
    const double companion = launch_s(plan.cases[planned.companion].what, rate);
    sample += std::max(policy.sample_s, companion) + reading_s;
    settling += 2 * companion;
  }
  const int samples =
      what.kernel->role == Role::compute_probe ? policy.min_kept_core : policy.min_kept;
  const double limit = is_kernel ? policy.case_limit_s : std::max(policy.core_limit_s, 10 * launch);
  const double least = policy.min_kept_long * sample;
  // A row seldom meets its target with the fewest samples; noise makes two thirds as many again.
  const double sampling = std::max(least, std::min(limit, samples * sample * 5 / 3));
  const double checking = is_kernel ? work.bytes().value / checked_bytes_per_s : 0;
  Cost cost{row_overhead_s + settling + checking + sampling, 0};
  const double slice = std::max(work.read.value, work.written.value);
  cost.memory_bytes =
      is_kernel ? std::max<std::int64_t>(std::int64_t{1} << 30, static_cast<std::int64_t>(slice))
                : what.shape.get("bytes", 0);
  return cost;
}

Cost cost_of(const Plan& plan, const Policy& policy, const std::map<int, RoughRates>& rates) {
  Cost total;
  for (const PlannedCase& planned : plan.cases) {
    const Cost one = cost_of(planned, plan, policy, rates);
    total.seconds += one.seconds;
    // Operands, results and the companion's arrays stand side by side.
    total.memory_bytes = std::max(total.memory_bytes, 2 * one.memory_bytes);
  }
  return total;
}

}  // namespace roofmark
