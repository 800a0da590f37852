#include "analyzer/bounds.h"

#include <algorithm>
#include <cctype>

#include "analyzer/numbers.h"
#include "analyzer/timing.h"

namespace roofmark {
namespace {

constexpr double transfers_per_clock = 2;  // of every memory of a GPU since GDDR2: both edges

/// Clock cycles per second of all cores in use.
Bound cycles_per_second(const Measurement& row, const Known<double>& clock_hz,
                        const RunFacts& facts, const Machine& machine) {
  const bool cpu = row.device == "cpu";
  if (!cpu && machine.gpus.empty()) return {{}, "the run does not describe its GPU"};
  if (!facts.of(row.device).uarch) {
    return {
        {},
        cpu ? "this CPU is in no spec"
            : "compute capability " + machine.gpus.front().compute_capability + " is in no spec"};
  }
  if (!clock_hz) return {{}, "its clock was not measured"};
  if (!cpu) {
    const int sms = machine.gpus.front().sms;
    return sms > 0 ? Bound{*clock_hz * sms, {}}
                   : Bound{{}, "the number of multiprocessors is not known"};
  }
  const Known<double> cores = cores_in_use(machine, row.threads);
  if (!cores) return {{}, "threads share cores as the hypervisor tells it"};
  return {*clock_hz * *cores, {}};
}

Bound compute_bound(const Measurement& row, const Uarch& uarch) {
  const std::string isa = isa_of(row.variant), format = row.format.name();
  const Known<double> ops = uarch.ops(isa, format);
  if (!ops) return {{}, uarch.name + " has no known " + isa + " " + format + " rate"};
  return {ops, {}};
}

/// Bytes per cycle of this mix of reads and writes: the slower of the two directions, which may
/// overlap, takes at least its own cycles.
Bound cache_bound(const Measurement& row, const Uarch& uarch) {
  const std::string& level = row.conditions.level;
  const std::string isa = isa_of(row.variant);
  const Uarch::Bytes rates = row.device == "cpu" ? uarch.bytes(level, isa) : uarch.bytes(level);
  const auto unknown = [&](const char* direction) {
    return Bound{{}, uarch.name + " has no known " + level + " " + direction + " rate of " + isa};
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

/// CPU and GPU of one board, on one memory.
bool shares_memory(const Machine& machine) {
  return machine.jetson && !machine.gpus.empty() && machine.gpus.front().integrated;
}

Bound memory_bound(const Measurement& row, const RunFacts& facts, const Machine& machine) {
  if (const auto said = facts.of(row.device).bandwidth) return {said->value, {}};
  const bool shared = shares_memory(machine);
  if ((row.device == "cpu" && !shared) || machine.gpus.empty()) {
    return {{}, "memory channels and their rate are not known; pass --bandwidth"};
  }
  const Gpu& gpu = machine.gpus.front();
  if (!gpu.slice().empty()) {
    return {{}, "how much of the memory's bus belongs to a slice is not known"};
  }
  if (!gpu.memory_bus_bits) {
    return {{}, "the width of the memory's bus is not known; pass --bandwidth"};
  }
  const Known<double> clock_hz =
      shared ? machine.jetson->emc_max_hz : gpu.setting.memory_clock_max_hz;
  if (!clock_hz) {
    return {{},
            shared
                ? "the memory's clock (EMC) is not known: only root may read it; pass --bandwidth"
                : "the memory's clock is not known; pass --bandwidth"};
  }
  return {*gpu.memory_bus_bits / 8.0 * transfers_per_clock * *clock_hz, {}};
}

bool is_of_memory(const Measurement& row, const std::string& kind) {
  return kind == "bandwidth" && row.conditions.level == "dram";
}

/// Why a GPU is not the whole that its data sheet describes; empty: it is.
std::string part_of_a_gpu(const Gpu& gpu, const Engine& engine) {
  if (!gpu.slice().empty()) {
    return "it speaks of the whole GPU, and this is a slice of it (" + gpu.slice() + ")";
  }
  if (gpu.sms == engine.units) return {};
  return "it speaks of " + fixed(engine.units, 0) + " multiprocessors, and " +
         std::to_string(gpu.sms) + " are in use";
}

/// Why a board's memory is not as fast as its data sheet says; empty: it is, or nobody knows.
std::string held_back_memory(const Machine& machine, const Hardware& hardware) {
  if (!machine.jetson || !machine.jetson->emc_max_hz) return {};
  constexpr double as_good_as_equal = 0.98;  // 3199 MHz are sold as 3200
  const double rate = transfers_per_clock * *machine.jetson->emc_max_hz;
  if (rate >= as_good_as_equal * hardware.pin_rate) return {};
  return "it speaks of a memory at " + si(hardware.pin_rate / transfers_per_clock, "Hz") +
         ", which is held at " + si(machine.jetson->emc_max_hz, "Hz");
}

}  // namespace

Bound theoretical_bound(const Measurement& row, const std::string& kind,
                        const Known<double>& clock_hz, const RunFacts& facts,
                        const Machine& machine) {
  if (kind == "latency" || kind == "overhead") return {};
  if (is_of_memory(row, kind)) return memory_bound(row, facts, machine);
  if (row.conditions.level == "link") {
    return {{}, "the rate of the link between host and GPU is not known"};
  }
  const Bound cycles = cycles_per_second(row, clock_hz, facts, machine);
  if (!cycles.value) return cycles;
  const Uarch& uarch = *facts.of(row.device).uarch;
  Bound bound = kind == "compute" ? compute_bound(row, uarch) : cache_bound(row, uarch);
  if (bound.value) bound.value = quotient(*bound.value * *cycles.value, 1);
  return bound;
}

Bound datasheet_bound(const Measurement& row, const std::string& kind, const RunFacts& facts,
                      const Machine& machine) {
  const Hardware* hardware = facts.of(row.device).hardware;
  const bool memory = is_of_memory(row, kind);
  if (!hardware || (!memory && kind != "compute")) return {};
  if (row.device == "cpu" && row.threads < machine.cpu.cores) return {};
  const Engine* engine = hardware->engine_of(row.device);
  const Known<OpRate> peak = engine && !memory ? engine->peak(row.format) : std::nullopt;
  if (!memory && !peak) return {};
  std::string reason = memory ? held_back_memory(machine, *hardware) : "";
  if (row.device != "cpu" && engine && !machine.gpus.empty()) {
    const Gpu& gpu = machine.gpus.front();
    // The multiprocessors that a power mode leaves on reach all of the memory.
    if (!memory || !gpu.slice().empty()) reason = part_of_a_gpu(gpu, *engine);
  }
  if (!reason.empty()) return {{}, reason};
  return {memory ? hardware->bandwidth.value : peak->value, {}};
}

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

}  // namespace roofmark
