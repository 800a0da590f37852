#include "app/estimate.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

#include "core/statistics.h"
#include "harness/gate.h"
#include "kernels/rotation.h"

namespace roofmark {
namespace {

// Read off runs of a 2-core Zen 5 server: what a row costs beside its samples.
constexpr double row_overhead_s = 0.015;    // allocation, health
constexpr double kernel_overhead_s = 0.03;  // the same with the probe beside it
constexpr double reading_s = 120e-6;        // the looks at the cores around a sample
constexpr double checked_per_s = 3e8;       // values compared with float64, by each thread
constexpr double most_settling_tries = 20;  // of a sample, until the clock is steady
constexpr double kernel_share = 0.6;  // of the peak that a typical compute-bound kernel reaches

/// Of that many threads, or of the next fewer that were tried.
const RoughRates& rates_at(const std::map<int, RoughRates>& rates, int threads) {
  const auto above = rates.upper_bound(threads);
  return (above == rates.begin() ? above : std::prev(above))->second;
}

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
      if (variant.device != "cpu") continue;
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

/// What a case works on: what it shares with others of its type, and what is its own.
struct Pools {
  std::int64_t operands = 0, results = 0, own = 0;
};

Pools pools_of(const Case& what, const Machine& machine) {
  if (what.kernel->role != Role::kernel) return {.own = what.shape.get("bytes", 0)};
  const Work work = what.kernel->work(what.shape, what.format);
  const auto read = static_cast<std::int64_t>(work.read.value),
             written = static_cast<std::int64_t>(work.written.value);
  if (what.conditions.state == "hot") return {.own = read + written};
  return {rotation_bytes(machine, read), rotation_bytes(machine, written), 0};
}

struct Trial {
  double fastest_s = 0, kept = 0, spread = 0;
};

/// Share of samples of that length that pass, where disturbances come at any time alike.
double kept_of(const RoughRates& rate, double sample_s) {
  return rate.sample_s > 0 ? std::pow(rate.kept, sample_s / rate.sample_s) : rate.kept;
}

/// A few launches between the gates.
Trial try_out(const Case& what, Device& device, int tries) {
  const auto task = what.variant->prepare(what, device);
  std::vector<double> times;
  int kept = 0;
  Reading before = device.read();
  for (int i = 0; i < tries; ++i) {
    times.push_back(device.time(*task, 1).value);
    const Reading after = device.read();
    kept += gate(before, after).empty();
    before = after;
  }
  return {*std::min_element(times.begin(), times.end()), static_cast<double>(kept) / tries,
          (quantile(times, 0.75) - quantile(times, 0.25)) / median(times)};
}

/// Samples until the median's 95 % interval is within the target: of n normal values its half width
/// is 1.96 x 1.25 x s / sqrt(n), and their interquartile range is 1.35 s.
double wanted_samples(const Policy& policy, const Case& what, double spread) {
  if (what.kernel->role == Role::compute_probe) return policy.min_kept_core;
  const double root = what.is_core_bound() ? 0 : 1.96 * 1.25 / 1.35 * spread / policy.target;
  return std::clamp<double>(root * root, policy.min_kept, policy.max_samples);
}

/// Seconds until the samples are enough: those that are dropped come on top, up to the limits of
/// the stopping rule.
double sampling_s(const Policy& policy, double wanted, double sample_s, double limit_s,
                  double kept) {
  const double one_kept = sample_s / std::max(kept, 1e-3);
  const double to_fewest = policy.min_kept * one_kept;
  const double until =
      std::min(wanted * one_kept, std::max(limit_s, std::min(to_fewest, 2 * limit_s)));
  return std::max(policy.min_kept_long * sample_s, until);
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
          fma.kernel->work(fma.shape, fma.format).ops.value / try_out(fma, device, 4).fastest_s;
    }
    if (read.kernel != nullptr) {
      const Trial trial = try_out(read, device, 100);
      rate.bytes_per_s = read.kernel->work(read.shape, read.format).read.value / trial.fastest_s;
      rate.kept = std::max(trial.kept, 0.005);  // of a hundred
      rate.spread = trial.spread;
      rate.sample_s = trial.fastest_s;
    }
  }
  return rates;
}

Cost cost_of(const PlannedCase& planned, const Plan& plan, const Policy& policy,
             const std::map<int, RoughRates>& rates, const Machine& machine) {
  const Case& what = planned.what;
  if (!what.reason.empty()) return {};
  const Pools pools = pools_of(what, machine);
  const std::int64_t memory = pools.operands + pools.results + pools.own;
  if (what.device != "cpu") {  // nobody asked the GPU: settling, checking, and samples to the limit
    return {row_overhead_s + sampling_limit_s(what, policy), memory};
  }
  const RoughRates& rate = rates_at(rates, what.threads);
  const Work work = what.kernel->work(what.shape, what.format);
  const bool is_kernel = what.kernel->role == Role::kernel;
  const double launch = launch_s(what, rate);
  double own = std::max(what.is_core_bound() ? policy.core_sample_s : policy.sample_s, launch);
  double beside = 0;
  if (planned.companion >= 0) {
    const Case& companion = plan.cases[planned.companion].what;
    beside = std::max(policy.sample_s, launch_s(companion, rate));
    // Then samples of both are as long.
    if (companion.kernel->role == Role::bandwidth_probe) own = std::max(own, beside);
  }
  const double kept = kept_of(rate, std::max(own, beside));
  const double tries = std::min(most_settling_tries, 1 / std::max(kept, 1e-3));
  const bool tries_again = own < 0.1 * policy.case_limit_s;
  const double settling = (2 + (tries_again ? tries : 0)) * (own + beside + reading_s);
  const double sample = own + reading_s + (beside > 0 ? beside + reading_s : 0);
  const double sampling = sampling_s(policy, wanted_samples(policy, what, rate.spread), sample,
                                     sampling_limit_s(what, policy), kept);
  const double checking = is_kernel ? launch + work.read.value / bytes(what.format.weights) /
                                                   what.threads / checked_per_s
                                    : 0;
  return {(is_kernel ? kernel_overhead_s : row_overhead_s) + settling + checking + sampling,
          memory};
}

Cost cost_of(const Plan& plan, const Policy& policy, const std::map<int, RoughRates>& rates,
             const Machine& machine) {
  Cost total;
  std::map<DType, std::int64_t> operands;  // of the CPU's common memory
  std::int64_t results = 0, own = 0;
  for (const PlannedCase& planned : plan.cases) {
    total.seconds += cost_of(planned, plan, policy, rates, machine).seconds;
    if (!planned.what.reason.empty() || planned.what.device != "cpu") continue;
    const Pools pools = pools_of(planned.what, machine);
    std::int64_t& of_type = operands[planned.what.format.weights];
    of_type = std::max(of_type, pools.operands);
    results = std::max(results, pools.results);
    const std::int64_t beside =
        planned.companion < 0 ? 0 : pools_of(plan.cases[planned.companion].what, machine).own;
    own = std::max(own, pools.own + beside);
  }
  total.memory_bytes = results + own;
  for (const auto& [type, bytes] : operands) total.memory_bytes += bytes;
  return total;
}

}  // namespace roofmark
