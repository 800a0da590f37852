#include "analyzer/ceilings.h"

#include <algorithm>

#include "analyzer/numbers.h"
#include "analyzer/timing.h"
#include "core/pairs.h"
#include "core/statistics.h"

namespace roofmark {
namespace {

std::string kind_of(const Measurement& row) {
  if (row.role == Role::overhead_probe) return "overhead";
  if (row.role == Role::bandwidth_probe) return "bandwidth";
  const bool computes = row.role == Role::compute_probe && row.format.activations != DType::none;
  return computes ? "compute" : "latency";
}

/// Bytes per second that others moved beside the samples that were kept, or all where none was.
Known<double> load_of(const Measurement& row) {
  std::vector<double> kept;
  for (std::size_t i = 0; i < std::min(row.load_bytes_s.size(), row.flags.size()); ++i) {
    if (row.flags[i].empty()) kept.push_back(row.load_bytes_s[i]);
  }
  const std::vector<double>& loads = kept.empty() ? row.load_bytes_s : kept;
  return loads.empty() ? std::nullopt : quotient(median(loads), 1);
}

void put_value(Ceiling& ceiling, const Measurement& row, const Timing& timing) {
  if (ceiling.kind == "latency" || ceiling.kind == "overhead") {
    const double calls = row.work.ops.value > 0 ? row.work.ops.value : 1;
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
  // A memory is as busy as its bus is; where a core writes without reading first, the bus carries
  // what the program asked for and no more.
  const Known<double> busy = quotient(ceiling.bus.value_or(*ceiling.value), *ceiling.theoretical);
  ceiling.share =
      busy && *busy <= most_share ? busy : quotient(*ceiling.value, *ceiling.theoretical);
  if (*ceiling.value > most_share * *ceiling.theoretical) {
    ceiling.grade = 'X';
    ceiling.reason = "above its theoretical bound (" + percent(ceiling.share) +
                     "): the clock moved or the work is counted wrong; refused";
  }
}

/// Why a row is of grade C, and what to do.
std::string why_rough(const Measurement& row) {
  const std::string dropped = dropped_samples(row);
  return (dropped.empty() ? "its samples scatter more than the preset allows" : dropped) +
         "; measure again on a quiet machine";
}

/// A stream that only tells the pace of a core is no limit of anything.
bool is_pace(const Measurement& row) {
  return row.role == Role::compute_probe && row.format.activations == DType::none;
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
  ceiling.cores = row.conditions.cores;
  ceiling.node = row.conditions.node;
  ceiling.threads = row.threads;
  ceiling.from = row.id;
  const Timing timing = timing_of(row);
  ceiling.clock_hz = timing.clock_hz;
  ceiling.load = load_of(row);
  put_value(ceiling, row, timing);
  if (!timing.seconds) {
    ceiling.reason = timing.reason;
  } else if (!ceiling.value) {
    ceiling.reason = "it counts no work";
  }
  const Bound bound = theoretical_bound(row, ceiling.kind, timing.clock_hz, facts, machine);
  const Bound sheet = datasheet_bound(row, ceiling.kind, facts, machine);
  ceiling.theoretical = bound.value;
  ceiling.datasheet = sheet.value;
  if (ceiling.reason.empty()) {
    if (!bound.reason.empty()) ceiling.reason = "no theoretical: " + bound.reason;
    if (!sheet.reason.empty()) {
      ceiling.reason += (bound.reason.empty() ? "" : "; ") + ("no data sheet: " + sheet.reason);
    }
  }
  put_grade(ceiling, row);
  if (ceiling.grade == 'C' && ceiling.value && !row.contended) {
    ceiling.reason += (ceiling.reason.empty() ? "" : "; ") + why_rough(row);
  }
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

std::vector<Ceiling> ceilings_of(const Run& run, const RunFacts& facts) {
  std::vector<Ceiling> ceilings;
  for (const Measurement& row : run.rows) {
    if (row.role == Role::kernel || is_pace(row)) continue;
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

void raise_compute(Roofline& roofline, const Ceiling& ceiling, OpRate rate) {
  OpRate& peak = roofline.engine.peaks[ceiling.format];
  peak = std::max(peak, rate);
  if (!is_exponential(ceiling)) return;
  Known<OpRate>& exponentials = roofline.exponentials_in(ceiling.format);
  exponentials = std::max(exponentials.value_or(rate), rate);
}

const Ceiling* best_exponentials(const std::vector<Ceiling>& ceilings, const Format& of,
                                 const std::string& device, int threads) {
  const auto of_width = [&](const Format& format) {
    return best(ceilings, device, threads, [&](const Ceiling& ceiling) {
      return is_exponential(ceiling) && ceiling.format == format.name();
    });
  };
  const Ceiling* found = of_width(function_format(of));
  return found ? found : of_width({DType::none, DType::f32, DType::f32});
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
