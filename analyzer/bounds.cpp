#include "analyzer/bounds.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

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
  if (!facts.of(row).uarch) {
    if (!cpu) {
      return {{},
              "compute capability " + machine.gpus.front().compute_capability + " is in no spec"};
    }
    const bool mixed = !machine.cpu.kinds.empty() && row.conditions.cores.empty();
    return {{}, mixed ? "it ran on cores of several kinds" : "this CPU is in no spec"};
  }
  if (!clock_hz) return {{}, "its clock was not measured"};
  if (!cpu) {
    const int sms = machine.gpus.front().sms;
    return sms > 0 ? Bound{*clock_hz * sms, {}}
                   : Bound{{}, "the number of multiprocessors is not known"};
  }
  const Known<double> cores = cores_in_use(row, machine);
  if (!cores) return {{}, "threads share cores as the hypervisor tells it"};
  return {*clock_hz * *cores, {}};
}

Bound compute_bound(const Measurement& row, const Uarch& uarch) {
  const std::string isa = isa_of(row.variant), format = row.format.name();
  const Known<double> ops =
      row.device == "cpu" ? uarch.ops(row.kernel, isa, format) : uarch.ops(isa, format);
  if (!ops) {
    return {{}, uarch.name + " has no known " + isa + " " + format + " rate of " + row.kernel};
  }
  return {ops, {}};
}

/// Why the spec's rates are not those of this machine's vectors; empty: they are.
std::string other_vectors(const Measurement& row, const Uarch& uarch, const Cpu& cpu) {
  if (row.device != "cpu" || isa_of(row.variant).compare(0, 3, "sve") != 0) return {};
  if (!cpu.sve_bytes) return "the length of its SVE vectors is not known";
  if (!uarch.sve_bytes || *cpu.sve_bytes == *uarch.sve_bytes) return {};
  return "its SVE vectors are " + std::to_string(8 * *cpu.sve_bytes) +
         " bits long, and the known rates are those of " + std::to_string(8 * *uarch.sve_bytes);
}

/// Bytes per cycle of this mix of reads and writes: the slower of the two directions, which may
/// overlap, takes at least its own cycles.
Bound cache_bound(const Measurement& row, const Uarch& uarch) {
  // A sweep passes through every level; L1 is the fastest of them.
  const std::string level = row.conditions.level == "sweep" ? "l1" : row.conditions.level;
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

/// Cores of one socket as it is sold: what the data sheet says, or the CPU's own name ("96-Core").
Known<int> cores_sold(const Hardware& hardware, const Cpu& cpu) {
  const double units = hardware.engine_of("cpu")->units;
  if (units > 0) return static_cast<int>(units);
  const std::string name = cpu.model.value_or("");
  const std::size_t end = name.find("-Core");
  if (end == std::string::npos) return std::nullopt;
  std::size_t begin = end;
  while (begin > 0 && std::isdigit(static_cast<unsigned char>(name[begin - 1])) != 0) --begin;
  int cores = 0;
  const auto read = std::from_chars(name.data() + begin, name.data() + end, cores);
  return read.ec == std::errc() && cores > 0 ? Known<int>(cores) : std::nullopt;
}

/// Sockets of a CPU that is in a machine as it is sold, or why it may not be: a guest sees some of
/// the cores and shares the memory's channels with others it does not see.
Bound whole_sockets(const Hardware& hardware, const Machine& machine) {
  const int sockets = std::max(1, machine.cpu.packages);
  const Known<int> sold = cores_sold(hardware, machine.cpu);
  if (sold && machine.cpu.cores == sockets * *sold) return {sockets, {}};
  if (machine.environment.hypervisor == "none") return {sockets, {}};
  return {{},
          "a guest has an unknown part of the memory channels of " + hardware.title +
              "; pass --bandwidth"};
}

/// Of every socket, or of the node that the row's memory is on.
Bound channels_bound(const Measurement& row, const Hardware& hardware, const Machine& machine) {
  const Bound sockets = whole_sockets(hardware, machine);
  if (!sockets.value) return {{}, sockets.reason};
  const auto& nodes = machine.cpu.nodes;
  const double with_memory = static_cast<double>(std::count_if(
      nodes.begin(), nodes.end(), [](const NumaNode& node) { return node.memory_bytes > 0; }));
  const bool alike = with_memory > 0 && std::fmod(with_memory, *sockets.value) == 0;
  const double share = !row.conditions.node.empty() && alike ? 1 / with_memory : 1;
  return {hardware.bandwidth.value * *sockets.value * share, {}};
}

Bound memory_bound(const Measurement& row, const RunFacts& facts, const Machine& machine) {
  const DeviceFacts own = facts.of(row);
  if (own.bandwidth) return {own.bandwidth->value, {}};
  const bool shared = shares_memory(machine);
  if (row.device == "cpu" && own.hardware && own.hardware->is_cpu()) {
    return channels_bound(row, *own.hardware, machine);
  }
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
  if (!cycles.value) return {{}, cycles.reason};
  const Uarch& uarch = *facts.of(row).uarch;
  const std::string other = other_vectors(row, uarch, machine.cpu);
  if (!other.empty()) return {{}, other};
  Bound bound = kind == "compute" ? compute_bound(row, uarch) : cache_bound(row, uarch);
  if (bound.value) bound.value = quotient(*bound.value * *cycles.value, 1);
  return bound;
}

Bound datasheet_bound(const Measurement& row, const std::string& kind, const RunFacts& facts,
                      const Machine& machine) {
  const Hardware* hardware = facts.of(row).hardware;
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
  double sockets = 1;
  if (row.device == "cpu" && hardware->is_cpu()) {
    const Bound whole = whole_sockets(*hardware, machine);
    if (!whole.value) return {};  // the theoretical bound says why
    sockets = *whole.value;
  }
  if (!reason.empty()) return {{}, reason};
  return {sockets * (memory ? hardware->bandwidth.value : peak->value), {}};
}

std::string isa_of(const std::string& variant) {
  const auto end = std::find_if(variant.begin(), variant.end(),
                                [](unsigned char c) { return std::isalnum(c) == 0 && c != '_'; });
  return {variant.begin(), end};
}

int cores_open_to(const Measurement& row, const Machine& machine) {
  const Conditions& where = row.conditions;
  if (where.cores.empty() && where.node.empty()) return machine.cpu.cores;
  Known<int> node;
  int number = 0;
  const char* begin = where.node.data();
  if (std::from_chars(begin, begin + where.node.size(), number).ec == std::errc()) node = number;
  return machine.cores_among(machine.cpus_of(where.cores, node));
}

Known<double> cores_in_use(const Measurement& row, const Machine& machine) {
  const int cores = cores_open_to(row, machine);
  if (cores <= 0 || row.threads <= cores) return row.threads;
  if (machine.environment.hypervisor != "none") return std::nullopt;
  return cores;
}

DeviceFacts RunFacts::of(const Measurement& row) const {
  if (row.device != "cpu") return gpu;
  DeviceFacts facts = cpu;
  const auto kind = kinds.find(row.conditions.cores);
  if (kind != kinds.end()) facts.uarch = kind->second;
  return facts;
}

}  // namespace roofmark
