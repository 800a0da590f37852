#include "analyzer/ceilings.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "analyzer/numbers.h"
#include "analyzer/pairs.h"
#include "analyzer/timing.h"
#include "core/statistics.h"

namespace roofmark {
namespace {

/// A bound, or why there is none.
struct Bound {
  Known<double> value;
  std::string reason;
};

std::string kind_of(const Measurement& row) {
  if (row.role == Role::overhead_probe) return "overhead";
  if (row.role == Role::bandwidth_probe) return "bandwidth";
  const bool computes = row.role == Role::compute_probe && row.format.activations != DType::none;
  return computes ? "compute" : "latency";
}

Bound cycles_per_second(const Measurement& row, const Known<double>& clock_hz,
                        const RunFacts& facts, const Machine& machine) {
  if (row.device != "cpu") return {{}, "no rates per cycle for device " + row.device};
  if (!facts.uarch) return {{}, "this CPU is in no spec"};
  if (!clock_hz) return {{}, "its clock was not measured"};
  const Known<double> cores = cores_in_use(machine, row.threads);
  if (!cores) return {{}, "threads share cores as the hypervisor tells it"};
  return {*clock_hz * *cores, {}};
}

Bound compute_bound(const Measurement& row, const RunFacts& facts) {
  const std::string isa = isa_of(row.variant), format = row.format.name();
  const Known<double> ops = facts.uarch->ops(isa, format);
  if (!ops) return {{}, facts.uarch->name + " has no known " + isa + " " + format + " rate"};
  return {ops, {}};
}

/// Bytes per cycle of this mix of reads and writes: the slower of the two directions, which may
/// overlap, takes at least its own cycles.
Bound cache_bound(const Measurement& row, const RunFacts& facts) {
  const std::string& level = row.conditions.level;
  const Uarch::Bytes rates = facts.uarch->bytes(level, isa_of(row.variant));
  const auto unknown = [&](const char* direction) {
    return Bound{{},
                 facts.uarch->name + " has no known " + level + " " + direction + " rate of " +
                     isa_of(row.variant)};
  };
  double cycles = 0;
  if (row.work.read.value > 0) {
    if (!rates.read) return unknown("read");
    cycles = row.work.read.value / *rates.read;
  }
  if (row.work.written.value > 0) {
    if (!rates.write) return unknown("write");
    cycles = std::max(cycles, row.work.written.value / *rates.write);
  }
  return {quotient(row.work.bytes().value, cycles), {}};
}

Bound theoretical(const Measurement& row, const std::string& kind, const Timing& timing,
                  const RunFacts& facts, const Machine& machine) {
  if (kind == "latency" || kind == "overhead") return {};
  if (kind == "bandwidth" && row.conditions.level == "dram") {
    if (facts.bandwidth) return {facts.bandwidth->value, {}};
    return {{}, "memory channels and their rate are not known; pass --bandwidth"};
  }
  const Bound cycles = cycles_per_second(row, timing.clock_hz, facts, machine);
  if (!cycles.value) return cycles;
  Bound bound = kind == "compute" ? compute_bound(row, facts) : cache_bound(row, facts);
  if (bound.value) bound.value = quotient(*bound.value * *cycles.value, 1);
  return bound;
}

/// The data sheet speaks of the whole device, so it stands beside rows that use all of it.
Known<double> datasheet(const Measurement& row, const std::string& kind, const RunFacts& facts,
                        const Machine& machine) {
  if (!facts.hardware) return std::nullopt;
  if (row.device == "cpu" && row.threads < machine.cpu.cores) return std::nullopt;
  if (kind == "bandwidth" && row.conditions.level == "dram") return facts.hardware->bandwidth.value;
  if (kind != "compute") return std::nullopt;
  const std::string wanted = row.device == "cpu" ? "cpu" : "gpu";
  for (const Engine& engine : facts.hardware->engines) {
    if (engine.name != wanted) continue;
    const Known<OpRate> peak = engine.peak(row.format);
    return peak ? Known<double>(peak->value) : std::nullopt;
  }
  return std::nullopt;
}

void put_value(Ceiling& ceiling, const Measurement& row, const Timing& timing) {
  if (ceiling.kind == "latency" || ceiling.kind == "overhead") {
    const bool counted = ceiling.kind == "latency" && row.work.ops.value > 0;
    const double calls = counted ? row.work.ops.value : 1;
    if (timing.seconds) ceiling.value = quotient(*timing.seconds, calls);
    if (timing.low) ceiling.low = quotient(*timing.low, calls);
    if (timing.high) ceiling.high = quotient(*timing.high, calls);
    return;
  }
  const double work = ceiling.kind == "compute" ? row.work.ops.value : row.work.bytes().value;
  ceiling.value = quotient(work, timing.seconds);
  ceiling.low = quotient(work, timing.high);
  ceiling.high = quotient(work, timing.low);
  if (ceiling.kind == "bandwidth" && row.conditions.level == "dram") {
    const double allocated = row.conditions.stores == "ordinary" ? row.work.written.value : 0;
    ceiling.bus = quotient(work + allocated, timing.seconds);
  }
}

void put_grade(Ceiling& ceiling, const Measurement& row) {
  ceiling.grade = row.contended ? 'C' : row.grade;
  const bool bounded = ceiling.kind == "compute" || ceiling.kind == "bandwidth";
  if (bounded && ceiling.grade == 'A' && !ceiling.theoretical) ceiling.grade = 'B';
  if (!ceiling.value || !ceiling.theoretical) return;
  ceiling.share = quotient(*ceiling.value, *ceiling.theoretical);
  if (*ceiling.value > most_share * *ceiling.theoretical) {
    ceiling.grade = 'X';
    ceiling.reason = "above its theoretical bound (" + percent(ceiling.share) +
                     "): the clock moved or the work is counted wrong; refused";
  }
}

Ceiling ceiling_of(const Measurement& row, const RunFacts& facts, const Machine& machine) {
  Ceiling ceiling;
  ceiling.id = row.id;
  ceiling.device = row.device;
  ceiling.kind = kind_of(row);
  ceiling.level = row.conditions.level;
  ceiling.format = row.format.name();
  ceiling.variant = row.variant;
  ceiling.kernel = row.kernel;
  ceiling.threads = row.threads;
  ceiling.from = row.id;
  const Timing timing = timing_of(row);
  ceiling.clock_hz = timing.clock_hz;
  put_value(ceiling, row, timing);
  if (!timing.seconds) {
    ceiling.reason = timing.reason;
  } else if (!ceiling.value) {
    ceiling.reason = "it counts no work";
  }
  const Bound bound = theoretical(row, ceiling.kind, timing, facts, machine);
  ceiling.theoretical = bound.value;
  ceiling.datasheet = datasheet(row, ceiling.kind, facts, machine);
  if (ceiling.reason.empty() && !bound.reason.empty()) {
    ceiling.reason = "no theoretical: " + bound.reason;
  }
  put_grade(ceiling, row);
  return ceiling;
}

/// To what the probe reached beside that kernel, where it is more.
void raise(Ceiling& ceiling, const Measurement& probe, const Measurement& kernel) {
  if (ceiling.kind != "bandwidth" || ceiling.level != "dram" || probe.status != Status::ok) return;
  const ChosenPairs chosen = chosen_pairs(kernel);
  std::vector<double> times;
  for (const Pair& pair : chosen.pairs) times.push_back(pair.companion_s);
  if (times.empty()) return;
  const double bytes = probe.work.bytes().value;
  const Known<double> value = quotient(bytes, median(times));
  if (!value || *value <= ceiling.value.value_or(0)) return;
  if (ceiling.theoretical && *value > most_share * *ceiling.theoretical) return;
  const Interval interval = median_interval(times);
  const double bus = ceiling.bus && ceiling.value ? *ceiling.bus / *ceiling.value : 1;
  ceiling.value = value;
  ceiling.low = quotient(bytes, interval.high);
  ceiling.high = quotient(bytes, interval.low);
  if (ceiling.bus) ceiling.bus = *value * bus;
  ceiling.from = kernel.id;
  ceiling.grade = !chosen.clean ? 'C' : ceiling.theoretical ? 'A' : 'B';
  if (ceiling.theoretical) ceiling.share = quotient(*value, *ceiling.theoretical);
}

template <class Wanted>
const Ceiling* best(const std::vector<Ceiling>& ceilings, const std::string& device, int threads,
                    Wanted wanted) {
  const Ceiling* found = nullptr;
  for (const Ceiling& ceiling : ceilings) {
    if (ceiling.grade == 'X' || !ceiling.value || ceiling.device != device ||
        ceiling.threads != threads || !wanted(ceiling)) {
      continue;
    }
    if (found == nullptr || *ceiling.value > *found->value) found = &ceiling;
  }
  return found;
}

}  // namespace

std::string isa_of(const std::string& variant) {
  const auto end = std::find_if(variant.begin(), variant.end(),
                                [](unsigned char c) { return std::isalnum(c) == 0; });
  return {variant.begin(), end};
}

Known<double> cores_in_use(const Machine& machine, int threads) {
  if (machine.cpu.cores <= 0 || threads <= machine.cpu.cores) return threads;
  if (machine.environment.hypervisor != "none") return std::nullopt;
  return machine.cpu.cores;
}

std::vector<Ceiling> ceilings_of(const Run& run, const RunFacts& facts) {
  std::vector<Ceiling> ceilings;
  for (const Measurement& row : run.rows) {
    if (row.role == Role::kernel) continue;
    ceilings.push_back(ceiling_of(row, facts, run.machine));
    for (const Measurement& kernel : run.rows) {
      if (kernel.companion == row.id) raise(ceilings.back(), row, kernel);
    }
  }
  return ceilings;
}

const Ceiling* best_compute(const std::vector<Ceiling>& ceilings, const std::string& format,
                            const std::string& device, int threads) {
  return best(ceilings, device, threads, [&](const Ceiling& ceiling) {
    return ceiling.kind == "compute" && ceiling.format == format;
  });
}

const Ceiling* best_bandwidth(const std::vector<Ceiling>& ceilings, const std::string& level,
                              const std::string& device, int threads) {
  return best(ceilings, device, threads, [&](const Ceiling& ceiling) {
    return ceiling.kind == "bandwidth" && ceiling.level == level;
  });
}

const Ceiling* find_ceiling(const std::vector<Ceiling>& ceilings, const std::string& id) {
  const auto found = std::find_if(ceilings.begin(), ceilings.end(),
                                  [&](const Ceiling& ceiling) { return ceiling.id == id; });
  return found == ceilings.end() ? nullptr : &*found;
}

}  // namespace roofmark
