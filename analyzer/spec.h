// Sourced hardware facts: micro-architectures (rates per cycle) and devices (peaks and bandwidth).
// Every number is read from analyzer/specs/*.json, which carry their sources; none stands in code.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/machine.h"
#include "core/units.h"

namespace roofmark {

/// Architectural rates of one CPU core per clock cycle.
struct Uarch {
  std::string name, title, confidence, note;
  std::vector<std::string> sources;
  /// isa -> format -> operations per cycle, e.g. ["avx512"]["f32"] = 64.  Absent: unknown.
  std::map<std::string, std::map<std::string, double>> ops_per_cycle;
  struct Bytes {
    Known<double> read, write;
  };
  std::map<std::string, Bytes> bytes_per_cycle;  ///< level (l1 l2 l3) -> bytes per cycle per core

  Known<double> ops(const std::string& isa, const std::string& format) const;
  Bytes bytes(const std::string& level) const;
};

/// One engine of a device with its own dense peaks.  Engines share the device's memory; they are
/// never added into one roof.
struct Engine {
  std::string name;                     ///< gpu, cpu, dla, ...
  std::map<std::string, OpRate> peaks;  ///< by Format::name(), accumulator included: "f16-f32"
};

struct Hardware {
  std::string name, title, confidence, note;
  std::vector<std::string> aliases, sources;
  std::vector<Engine> engines;  ///< the first is the default
  Bandwidth bandwidth;          ///< data sheet, decimal
  Known<Bytes> memory;

  const Engine& engine(
      const std::string& name = "") const;  ///< throws InputError naming those it has
};

/// All that analyzer/specs/ holds, in the order of their file names.
const std::vector<Uarch>& uarchs();
const std::vector<Hardware>& hardware();

/// The micro-architecture of a CPU by family and model, or implementer and part; nullptr: unknown.
const Uarch* uarch_of(const Cpu& cpu);

/// By name or alias, case-insensitive.  Throws InputError naming the nearest and `roofmark list
/// hardware`.
const Hardware& find_hardware(std::string_view name);

}  // namespace roofmark
