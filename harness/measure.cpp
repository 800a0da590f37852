// The one place that samples.  Google Benchmark takes each sample (one run of fixed iterations, by
// the device's clock); the gates stand around it and the stopping rule outside it.
#include "harness/measure.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <new>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <type_traits>

#include "core/error.h"
#include "core/statistics.h"
#include "harness/gate.h"
#include "harness/probe_rates.h"

namespace roofmark {
namespace {

/// Keeps the one result and prints nothing.
class SilentReporter final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.iterations > 0)
        seconds = run.real_accumulated_time / static_cast<double>(run.iterations);
    }
  }
  double seconds = std::nan("");
};

/// Seconds per launch of one sample of `launches` launches.
double take_sample(Device& device, Task& task, std::int64_t launches) {
  benchmark::RegisterBenchmark("sample",
                               [&](benchmark::State& state) {
                                 while (state.KeepRunningBatch(launches))
                                   state.SetIterationTime(device.time(task, launches).value);
                               })
      ->Iterations(launches)
      ->UseManualTime();
  SilentReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter, "sample");
  benchmark::ClearRegisteredBenchmarks();
  return reporter.seconds;
}

double mean_clock_hz(const Reading& before, const Reading& after) {
  double sum = 0;
  for (const Reading* reading : {&before, &after}) {
    for (const CoreReading& core : reading->cores) {
      if (core.clock_hz <= 0) return 0;
      sum += core.clock_hz;
    }
  }
  const std::size_t count = before.cores.size() + after.cores.size();
  return count == 0 ? 0 : sum / static_cast<double>(count);
}

constexpr double most_launches = 1 << 24;  // of a sample

/// A prepared case and how many launches make a sample of it.
struct Contender {
  std::unique_ptr<Task> task;
  std::int64_t launches = 1;
  double launch_s = 0;
};

/// A row that says what is measured and nothing of how it went.
Measurement described(const Case& what) {
  Measurement row;
  row.id = what.id();
  row.kernel = what.kernel->name;
  row.variant = what.variant ? what.variant->name : "none";
  row.device = what.device;
  row.role = what.kernel->role;
  row.threads = what.threads;
  row.format = what.format;
  row.shape = what.shape;
  row.conditions = what.conditions;
  // A GPU probe that found no GPU has no shape to count.
  if (!what.shape.extents.empty()) row.work = what.kernel->work(what.shape, what.format);
  return row;
}

/// Computed once for all variants and numbers of threads: it takes milliseconds.
std::optional<double> format_error_of(const Case& what) {
  const auto compute = what.kernel->format_error;
  if (compute == nullptr) return std::nullopt;
  const Format& format = what.format;
  const std::tuple key(compute, what.shape.text(), format.weights, format.activations,
                       format.accumulate);
  static std::map<std::remove_const_t<decltype(key)>, double> known;
  const auto at = known.find(key);
  if (at != known.end()) return at->second;
  return known[key] = compute(what.shape, format);
}

class CaseRun {
 public:
  CaseRun(const PlannedCase& planned, const Plan& plan, const Policy& policy, Device& device,
          const StopAsked& stop, const Measurement* earlier)
      : what_(planned.what),
        companion_case_(planned.companion < 0 ? nullptr : &plan.cases[planned.companion].what),
        policy_(policy),
        device_(device),
        stop_(stop) {
    row_ = described(what_);
    if (earlier) take_over(*earlier);
  }

  Measurement measure() {
    if (!what_.reason.empty()) return without_time(Status::unsupported, what_.reason);
    try {
      if (what_.cpus.empty()) {
        device_.use_threads(what_.threads);
      } else {
        device_.use_cpus(what_.cpus);
      }
      kernel_.task = what_.variant->prepare(what_, device_);
      row_.implementation = kernel_.task->implementation();
      row_.code_hash = kernel_.task->code_hash();
      row_.cold = kernel_.task->cold_operands();
      row_.error = kernel_.task->error();
      row_.format_error = format_error_of(what_);
      if (!(row_.error <= 1)) return wrong();
      if (companion_case_ != nullptr) prepare_companion();
    } catch (const std::bad_alloc&) {
      return without_time(Status::skipped, "its operands need more memory than is available");
    } catch (const AbsentError& error) {
      return without_time(Status::unsupported, error.what());
    }
    if (earlier_samples_ == 0) row_.before = device_.health();
    settle(kernel_, what_);
    if (companion_.task) settle(companion_, *companion_case_);
    match_lengths();
    row_.launches = kernel_.launches;
    sample();
    row_.after = device_.health();
    conclude();
    return std::move(row_);
  }

 private:
  /// A probe that finds no memory beside the kernel costs the pairs, not the row.
  void prepare_companion() {
    try {
      companion_.task = companion_case_->variant->prepare(*companion_case_, device_);
    } catch (const std::bad_alloc&) {
      row_.reason = "no memory was left for the probe that bounds it";
      return;
    }
    // What a GPU loads at the first launch is loaded outside a capture.
    companion_.task->launch(device_.queue());
    device_.synchronize();
    row_.companion = companion_case_->id();
  }

  void take_over(const Measurement& earlier) {
    row_.samples_s = earlier.samples_s;
    row_.flags = earlier.flags;
    row_.clock_hz = earlier.clock_hz;
    row_.load_bytes_s = earlier.load_bytes_s;
    row_.pairs = earlier.pairs;
    row_.before = earlier.before;
    earlier_samples_ = static_cast<int>(earlier.samples_s.size());
    kept_ = kept_seconds(row_);
    for (const Pair& pair : row_.pairs) kept_pairs_ += pair.flag.empty();
  }

  Measurement without_time(Status status, const std::string& reason) {
    row_.status = status;
    row_.reason = reason;
    return std::move(row_);
  }

  Measurement wrong() {
    // JSON has no infinity: an output that is not finite at all counts as off by the largest
    // number.
    if (!std::isfinite(row_.error)) row_.error = 1e300;
    return without_time(Status::failed, "wrong result: off by more than its tolerance");
  }

  double sample_target(const Case& what) const {
    return what.is_core_bound() ? policy_.core_sample_s : policy_.sample_s;
  }

  /// Finds how many launches make a sample, which also wakes the cores, and waits for a steady
  /// clock.
  void settle(Contender& contender, const Case& what) {
    const double target = sample_target(what);
    constexpr auto most = static_cast<std::int64_t>(most_launches);
    device_.time(*contender.task, 1);
    double elapsed = device_.time(*contender.task, contender.launches).value;
    while (elapsed < target && contender.launches < most) {
      const double short_by = elapsed > 0 ? 1.1 * target / elapsed : 2.0;
      const double wanted =
          static_cast<double>(contender.launches) * std::clamp(short_by, 1.1, 100.0);
      contender.launches = std::min(most, static_cast<std::int64_t>(std::ceil(wanted)));
      elapsed = device_.time(*contender.task, contender.launches).value;
    }
    contender.launch_s = elapsed / static_cast<double>(contender.launches);
    constexpr int tries = 20;
    Reading before = device_.read();
    for (int i = 0; i < tries && elapsed < 0.1 * policy_.case_limit_s; ++i) {
      device_.time(*contender.task, contender.launches);
      const Reading after = device_.read();
      if (clock_is_steady(before, after)) break;
      before = after;
    }
  }

  /// Makes samples of the kernel as long as those of a bandwidth probe beside it.  Memory that was
  /// left alone while the machine was looked at starts slowly: 1.3 ms of a GEMV reached 0.91 of a
  /// probe of 3.3 ms where 5 ms of it reach 0.94.
  void match_lengths() {
    if (!companion_.task || companion_case_->kernel->role != Role::bandwidth_probe) return;
    const double wanted = companion_.launch_s * static_cast<double>(companion_.launches);
    if (kernel_.launch_s <= 0) return;
    const double launches = std::min(std::ceil(wanted / kernel_.launch_s), most_launches);
    kernel_.launches = std::max(kernel_.launches, static_cast<std::int64_t>(launches));
  }

  void sample() {
    const double start = device_.now().value;
    Reading before = device_.read();
    while (!finished(device_.now().value - start)) {
      before = take(before);
    }
  }

  /// Brings back into a cache what the other of a pair displaced: the triad in L2 read 167 GB/s
  /// right after a kernel that fills half of it, and 215 GB/s alone (Zen 5, samples of 0.3 ms).
  void refill(Contender& contender, const Case& what) {
    const std::string& level = what.conditions.level;
    if (companion_.task && !level.empty() && level != "dram") device_.time(*contender.task, 1);
  }

  /// Brings a core to its clock under what is timed next, where three pairs in a row had two: of a
  /// product by AMX at 3.6 GHz and a probe of memory at 4.0 (a Xeon) every pair failed the gate.
  Reading ready(Contender& contender, const Reading& last) {
    if (clocks_apart_ < 3) return last;
    device_.time(*contender.task, contender.launches);
    return device_.read();
  }

  /// One sample of the kernel and, where it has one, of its companion right after it.
  Reading take(const Reading& last_one) {
    const Reading before = ready(kernel_, last_one);
    refill(kernel_, what_);
    const double seconds = take_sample(device_, *kernel_.task, kernel_.launches);
    Reading after = device_.read();
    const std::string flag = gate(before, after);
    row_.samples_s.push_back(seconds);
    row_.flags.push_back(flag);
    if (const auto bytes = kernel_.task->load_bytes())
      row_.load_bytes_s.push_back(*bytes / seconds);
    const double own_clock_hz = kernel_.task->clock_hz();
    row_.clock_hz.push_back(own_clock_hz > 0 ? own_clock_hz : mean_clock_hz(before, after));
    if (flag.empty()) kept_.push_back(seconds);
    const bool asked = what_.kernel->role == Role::kernel && row_.launched_s.size() < 10;
    const auto launched =
        asked ? device_.time_launched(*kernel_.task, kernel_.launches) : std::nullopt;
    if (launched) {
      row_.launched_s.push_back(launched->value / static_cast<double>(kernel_.launches));
    }
    if (!companion_.task) return after;
    after = ready(companion_, after);
    refill(companion_, *companion_case_);
    const double companion_s = take_sample(device_, *companion_.task, companion_.launches);
    Reading last = device_.read();
    if (clocks_apart_ < 3) clocks_apart_ = clock_is_steady(after, last) ? 0 : clocks_apart_ + 1;
    row_.pairs.push_back({seconds, companion_s, flag.empty() ? gate(after, last) : flag});
    kept_pairs_ += row_.pairs.back().flag.empty();
    return last;
  }

  int wanted() const {
    return what_.kernel->role == Role::compute_probe ? policy_.min_kept_core : policy_.min_kept;
  }
  int needed() const {
    return kernel_.launch_s > policy_.long_launch_s ? policy_.min_kept_long
                                                    : std::min(wanted(), policy_.min_kept);
  }

  bool finished(double elapsed_s) {
    if (stop_ && stop_()) return true;
    const int kept = static_cast<int>(kept_.size());
    const bool paired = !companion_.task || kept_pairs_ >= needed();
    row_.interval_met = kept >= 2 && relative_half_width(kept_) <= policy_.target;
    if (kept >= wanted() && paired && row_.interval_met) return true;
    const double limit = sampling_limit_s(what_, policy_);
    if (elapsed_s > limit && kept >= needed()) return true;
    // Twice the limit bounds the tries on a machine where nothing passes, once a long launch had
    // five.
    const int tries = static_cast<int>(row_.samples_s.size()) - earlier_samples_;
    return (elapsed_s > 2 * limit && tries >= policy_.min_kept_long) ||
           tries >= policy_.max_samples;
  }

  /// A neighbour that no gate sees: where two virtual CPUs became the two threads of one core (a
  /// Xeon), 46 clean products by AMX took one time and 66 after them twice that, with a narrow
  /// interval and half a ceiling.
  bool has_two_speeds() const {
    return what_.is_core_bound() && kept_.size() >= 10 &&
           median(kept_) > 1.1 * quantile(kept_, 0.1);
  }

  void conclude() {
    const double kept = static_cast<double>(kept_.size());
    const double taken = static_cast<double>(row_.samples_s.size());
    row_.contended = static_cast<int>(kept_.size()) < needed() || has_two_speeds();
    const bool good =
        !row_.contended && kept >= 0.7 * taken && kept_.size() >= 10 && row_.interval_met;
    const bool clock_known =
        std::all_of(row_.clock_hz.begin(), row_.clock_hz.end(), [](double hz) { return hz > 0; });
    row_.grade = good ? (clock_known ? 'A' : 'B') : 'C';
  }

  const Case& what_;
  const Case* companion_case_;
  const Policy& policy_;
  Device& device_;
  const StopAsked& stop_;
  Measurement row_;
  Contender kernel_, companion_;
  std::vector<double> kept_;
  int kept_pairs_ = 0;
  int clocks_apart_ = 0;     ///< pairs in a row
  int earlier_samples_ = 0;  ///< of the first visit
};

}  // namespace

Measurement measure_case(const PlannedCase& planned, const Plan& plan, const Policy& policy,
                         Device& device, const StopAsked& stop, const Measurement* earlier) {
  return CaseRun(planned, plan, policy, device, stop, earlier).measure();
}

Measurement row_without_time(const Case& what, Status status, const std::string& reason) {
  Measurement row = described(what);
  row.status = status;
  row.reason = reason;
  return row;
}

bool measure(const Plan& plan, const MeasureCase& measure_one, const RowSink& sink,
             const StopAsked& stop, std::span<const Measurement> finished) {
  std::set<std::string> done;
  for (const Measurement& row : finished) done.insert(row.id);
  struct Visited {
    const PlannedCase* planned;
    Measurement row;
    bool goes_on;  ///< the second visit adds to the first's samples; else it stands in its place
  };
  std::vector<Visited> again;
  ProbeRates rates(plan.cases.size());
  // What a first visit saw is not lost where there is no time for the second.
  const auto keep_from = [&](std::size_t first) {
    for (std::size_t i = first; i < again.size(); ++i) sink(again[i].row);
    return false;
  };
  for (const PlannedCase& planned : plan.cases) {
    if (done.count(planned.what.id()) > 0) continue;
    if (stop && stop()) return keep_from(0);
    Measurement row = measure_one(planned, nullptr);
    if (stop && stop()) return keep_from(0);  // cut short: its samples are too few to be a row
    rates.note(row);
    const bool goes_on = row.contended && planned.what.is_core_bound();
    if (goes_on || rates.is_slow(row)) {
      again.push_back({&planned, std::move(row), goes_on});
    } else {
      sink(row);
    }
  }
  for (std::size_t i = 0; i < again.size(); ++i) {
    if (stop && stop()) return keep_from(i);
    const auto& [planned, first, goes_on] = again[i];
    const Measurement row = measure_one(*planned, goes_on ? &first : nullptr);
    if (stop && stop()) return keep_from(i);
    sink(goes_on ? row : beside_the_faster(first, row));
  }
  return true;
}

bool measure(const Plan& plan, const Policy& policy, Device& device, const RowSink& sink,
             const StopAsked& stop, std::span<const Measurement> finished) {
  const auto one = [&](const PlannedCase& planned, const Measurement* earlier) {
    return measure_case(planned, plan, policy, device, stop, earlier);
  };
  return measure(plan, one, sink, stop, finished);
}

}  // namespace roofmark
