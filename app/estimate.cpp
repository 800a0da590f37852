#include "app/estimate.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

#include "core/companions.h"
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
constexpr double chased_line_s = 60e-9;     // drawing a cycle's line and checking that it is met
constexpr double most_settling_tries = 20;  // of a sample, until the clock is steady
constexpr double kernel_share = 0.6;  // of the peak that a typical compute-bound kernel reaches

/// Of that many threads, or of the next fewer that were tried.
const RoughRates& rates_at(const std::map<int, RoughRates>& rates, int threads) {
  const auto above = rates.upper_bound(threads);
  return (above == rates.begin() ? above : std::prev(above))->second;
}

double ops_of(const Case& what) { return what.kernel->work(what.shape, what.format).ops.value; }

/// Operations a second of the compute probe that bounds a kernel; where the plan has none, of the
/// widest f32 `fma`.
double bound_of(const Case* arithmetic, const RoughRates& rates) {
  if (arithmetic == nullptr) return rates.ops_per_s;
  const auto timed = rates.launches_s.find(arithmetic->id());
  if (timed == rates.launches_s.end()) return rates.ops_per_s;
  return ops_of(*arithmetic) / timed->second;
}

/// Seconds of one launch at the machine's rough rates, of a kernel that `arithmetic` bounds.
double launch_s(const Case& what, const Case* arithmetic, const RoughRates& rates) {
  const auto timed = rates.launches_s.find(what.id());
  if (timed != rates.launches_s.end()) return timed->second;
  const Work work = what.kernel->work(what.shape, what.format);
  const bool cached = what.kernel->role == Role::bandwidth_probe && what.conditions.level != "dram";
  // Caches are faster than memory by about these factors; a cache level's launch is short anyway.
  const double bytes_per_s = rates.bytes_per_s * (cached ? 5 : 1);
  const double share = what.kernel->role == Role::kernel ? kernel_share : 1;
  return std::max(work.ops.value / (share * bound_of(arithmetic, rates)),
                  work.bytes().value / bytes_per_s);
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

/// Seconds of filling what a case works on alone, and of checking what a probe does with it.
double filling_s(const Case& what, const RoughRates& rates, const Machine& machine) {
  const auto bytes = static_cast<double>(pools_of(what, machine).own);
  if (what.kernel->role == Role::latency_probe) return bytes / 64 * chased_line_s;
  if (rates.filled_bytes_per_s <= 0) return 0;
  const Work work = what.kernel->work(what.shape, what.format);
  const double moved = work.bytes().value;
  return moved > 0 ? bytes * work.read.value / moved / rates.filled_bytes_per_s : 0;
}

/// Follows which memory the cases of a run find and which is new to the process (CpuMemory,
/// CpuDevice::cold_operands).
class Memory {
 public:
  explicit Memory(const Machine& machine) : machine_(machine) {}

  /// Bytes that are new with this case and its companion, and those of common operands, that are
  /// filled then.
  struct New {
    std::int64_t touched = 0, filled = 0;
  };
  New next(const Case& what, const Case* companion) {
    New fresh;
    const Pools pools = pools_of(what, machine_);
    fresh.filled = grow(operands_[what.format.weights], pools.operands);
    fresh.touched = fresh.filled + grow(results_, pools.results);
    std::vector<Piece> taken;
    for (const Case* one : {&what, companion}) {
      if (one == nullptr) continue;
      const std::int64_t own = pools_of(*one, machine_).own;
      if (own >= worth_keeping) taken.push_back(take(own, one->conditions.pages, fresh));
    }
    kept_.insert(kept_.end(), taken.begin(), taken.end());
    return fresh;
  }

 private:
  static constexpr std::int64_t worth_keeping = 16 << 20;
  struct Piece {
    std::int64_t bytes = 0;
    std::string pages;
  };

  static std::int64_t grow(std::int64_t& pool, std::int64_t wanted) {
    if (wanted <= pool) return 0;
    return pool = wanted;
  }

  Piece take(std::int64_t bytes, const std::string& pages, New& fresh) {
    auto best = kept_.end();
    for (auto at = kept_.begin(); at != kept_.end(); ++at) {
      const bool fits =
          (at->pages == "4k") == (pages == "4k") && at->bytes >= bytes && at->bytes <= 2 * bytes;
      if (fits && (best == kept_.end() || at->bytes < best->bytes)) best = at;
    }
    if (best == kept_.end()) {
      fresh.touched += bytes;
      return {bytes, pages};
    }
    const Piece found = *best;
    kept_.erase(best);
    return found;
  }

  const Machine& machine_;
  std::map<DType, std::int64_t> operands_;
  std::int64_t results_ = 0;
  std::vector<Piece> kept_;
};

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

/// Samples until the median's 95 % interval is within the target.  Of n normal values, whose
/// interquartile range is 1.35 s, one rank at the middle is sqrt(2 pi) s / n; the ends of the
/// interval are samples too, 0.98 sqrt(n) ranks away and up to one more.
double wanted_samples(const Policy& policy, const Case& what, double spread) {
  if (what.kernel->role == Role::compute_probe) return policy.min_kept_core;
  if (what.is_core_bound() || spread <= 0) return policy.min_kept;
  const double ranks = policy.target * 1.35 / (2.5066 * spread);  // of each sample within it
  const double root = (0.98 + std::sqrt(0.98 * 0.98 + 4 * ranks)) / (2 * ranks);
  return std::clamp<double>(root * root, policy.min_kept, policy.max_samples);
}

/// Seconds until the samples are enough: those that are dropped come on top, up to the limits of
/// the stopping rule.  Of the pairs, the fewest do, but both of a pair must be kept.
double sampling_s(const Policy& policy, double wanted, double sample_s, double limit_s, double kept,
                  double kept_pairs) {
  const double one_kept = sample_s / std::max(kept, 1e-3);
  const double to_fewest = policy.min_kept * sample_s / std::max(kept_pairs, 1e-3);
  const double until = std::min(std::max(wanted * one_kept, to_fewest),
                                std::max(limit_s, std::min(to_fewest, 2 * limit_s)));
  return std::max(policy.min_kept_long * sample_s, until);
}

/// Seconds of getting and filling the memory of a case, with what it keeps for the next.
double prepared_s(const Case& what, Device& device) {
  const double start = device.now().value;
  what.variant->prepare(what, device);
  return device.now().value - start;
}

/// What the memory probe says of one thread count.  New memory is had at the first: at the others
/// it is taken to be as much faster as filling is.
void ask_memory(const Case& read, Device& device, const RoughRates* first, RoughRates& rate) {
  const double bytes = read.kernel->work(read.shape, read.format).read.value *
                       static_cast<double>(read.shape.get("slices", 1));
  const double fresh_s = first == nullptr ? prepared_s(read, device) : 0;
  const double filled_s = prepared_s(read, device);
  rate.filled_bytes_per_s = bytes / filled_s;
  rate.fresh_bytes_per_s = first == nullptr ? bytes / std::max(fresh_s - filled_s, 0.1 * filled_s)
                                            : first->fresh_bytes_per_s * rate.filled_bytes_per_s /
                                                  first->filled_bytes_per_s;
  const Trial trial = try_out(read, device, 100);
  rate.bytes_per_s = read.kernel->work(read.shape, read.format).read.value / trial.fastest_s;
  rate.kept = std::max(trial.kept, 0.005);  // of a hundred
  rate.spread = trial.spread;
  rate.sample_s = trial.fastest_s;
}

double cost_of(const Case& what, const Case* companion, const Case* arithmetic,
               const Policy& policy, const RoughRates& rate, const Machine& machine) {
  const Work work = what.kernel->work(what.shape, what.format);
  const bool is_kernel = what.kernel->role == Role::kernel;
  const double launch = launch_s(what, arithmetic, rate);
  double own = std::max(what.is_core_bound() ? policy.core_sample_s : policy.sample_s, launch);
  double beside = 0, filling = filling_s(what, rate, machine);
  if (companion != nullptr) {
    filling += filling_s(*companion, rate, machine);
    beside = std::max(companion->is_core_bound() ? policy.core_sample_s : policy.sample_s,
                      launch_s(*companion, nullptr, rate));
    // Then samples of both are as long.
    if (companion->kernel->role == Role::bandwidth_probe) own = std::max(own, beside);
  }
  const double kept = kept_of(rate, own), kept_pairs = kept_of(rate, own + beside);
  const double tries = std::min(most_settling_tries, 1 / std::max(kept_pairs, 1e-3));
  const bool tries_again = own < 0.1 * policy.case_limit_s;
  const double settling = (2 + (tries_again ? tries : 0)) * (own + beside + reading_s);
  const double sample = own + reading_s + (beside > 0 ? beside + reading_s : 0);
  const double sampling = sampling_s(policy, wanted_samples(policy, what, rate.spread), sample,
                                     sampling_limit_s(what, policy), kept, kept_pairs);
  const double checking = is_kernel ? launch + work.read.value / bytes(what.format.weights) /
                                                   what.threads / checked_per_s
                                    : 0;
  return (is_kernel ? kernel_overhead_s : row_overhead_s) + filling + settling + checking +
         sampling;
}

}  // namespace

std::map<int, RoughRates> rough_rates(std::span<const Kernel> registry, const Plan& plan,
                                      const Policy& policy, Device& device) {
  std::map<int, RoughRates> rates;
  for (const int threads : policy.threads) {
    device.use_threads(threads);
    const RoughRates* first = rates.empty() ? nullptr : &rates.begin()->second;
    RoughRates& rate = rates[threads];
    rate = {10e9 * threads, 10e9};  // any machine of the last ten years, where no probe runs
    for (const PlannedCase& planned : plan.cases) {
      const Case& what = planned.what;
      const bool here = what.device == "cpu" && what.threads == threads && what.cpus.empty();
      if (what.kernel->role != Role::compute_probe || !what.reason.empty() || !here) continue;
      rate.launches_s[what.id()] = try_out(what, device, 4).fastest_s;
    }
    const Case fma = probe_case(registry, device.machine(), "fma", "", threads);
    const Case read = probe_case(registry, device.machine(), "read", "dram", threads);
    if (fma.kernel != nullptr) rate.ops_per_s = ops_of(fma) / try_out(fma, device, 4).fastest_s;
    if (read.kernel != nullptr) ask_memory(read, device, first, rate);
  }
  return rates;
}

std::vector<Cost> costs_of(const Plan& plan, const Policy& policy,
                           const std::map<int, RoughRates>& rates, const Machine& machine) {
  Memory memory(machine);
  std::vector<Cost> costs;
  for (const PlannedCase& planned : plan.cases) {
    const Case& what = planned.what;
    Cost& cost = costs.emplace_back();
    if (!what.reason.empty()) continue;
    const Pools pools = pools_of(what, machine);
    cost.memory_bytes = pools.operands + pools.results + pools.own;
    if (what.device != "cpu") {  // nobody asked the GPU: settling, checking, and samples
      cost.seconds = row_overhead_s + sampling_limit_s(what, policy);
      continue;
    }
    const auto probe_at = [&](int i) { return i < 0 ? nullptr : &plan.cases[i].what; };
    const Case* companion = probe_at(planned.companion);
    const bool computes = companion != nullptr && companion->kernel->role == Role::compute_probe;
    const Case* arithmetic = computes ? companion : probe_at(arithmetic_of(plan.cases, what));
    const RoughRates& rate = rates_at(rates, what.threads);
    cost.seconds = cost_of(what, companion, arithmetic, policy, rate, machine);
    const Memory::New fresh = memory.next(what, companion);
    if (rate.fresh_bytes_per_s > 0) {
      cost.seconds += static_cast<double>(fresh.touched) / rate.fresh_bytes_per_s;
    }
    if (rate.filled_bytes_per_s > 0) {
      cost.seconds += static_cast<double>(fresh.filled) / rate.filled_bytes_per_s;
    }
  }
  return costs;
}

Cost cost_of(const Plan& plan, const Policy& policy, const std::map<int, RoughRates>& rates,
             const Machine& machine) {
  Cost total;
  std::map<DType, std::int64_t> operands;  // of the CPU's common memory
  std::int64_t results = 0, own = 0;
  for (const Cost& cost : costs_of(plan, policy, rates, machine)) total.seconds += cost.seconds;
  for (const PlannedCase& planned : plan.cases) {
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
