// Sourced hardware facts: micro-architectures (rates per cycle) and devices (peaks and bandwidth).
// Every number is read from analyzer/specs/*.json, which carry their sources; none stands in code.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/format.h"
#include "core/machine.h"
#include "core/units.h"

namespace roofmark {

/// Which CPUs an entry describes: CPUID vendor, family and model numbers, or MIDR implementer and
/// part; of a hybrid one the cores of that kind.
struct CpuMatch {
  std::string vendor;  ///< x86; empty: Arm
  int family = 0;
  std::vector<std::pair<int, int>> models;  ///< inclusive ranges
  std::vector<std::string> model_contains;  ///< and the model's name holds one of these
  std::string core;  ///< x86: "p", "e" of a hybrid CPU; empty: CPUs whose cores are alike
  int implementer = 0, part = 0;

  /// `kind`: of a CPU whose cores differ, the one asked for; null: of one whose cores are alike.
  bool fits(const Cpu& cpu, const CoreKind* kind) const;
};

/// Which GPUs an entry describes: compute capability, and words of the name where one capability is
/// sold at two rates.
struct GpuMatch {
  std::string compute_capability;          ///< "9.0"; empty: none
  std::vector<std::string> name_contains;  ///< and the name holds one of these; empty: any

  bool fits(const Gpu& gpu) const;
};

/// Architectural rates of one CPU core, or one multiprocessor of a GPU, per clock cycle.
struct Uarch {
  std::string name, title, confidence, note;
  std::vector<std::string> sources;
  std::vector<CpuMatch> matches;
  GpuMatch gpu;
  /// Of a GPU: unit -> format -> operations per cycle.  Units are simt (ordinary cores), mma and
  /// wgmma (tensor cores; dense, by their accumulator).  Absent: unknown.
  std::map<std::string, std::map<std::string, double>> ops_per_cycle;
  /// Of a CPU: kernel -> isa -> format -> a figure, e.g. ["fma"]["avx512"]["f32"] = 64 operations
  /// per cycle.  Absent: unknown.
  using Rates = std::map<std::string, std::map<std::string, std::map<std::string, double>>>;
  Rates rates;
  Rates pipes;  ///< what they are made of: instructions per cycle (x lanes x operations per lane)
  Known<int> sve_bytes;  ///< of the SVE vectors that these rates are of
  struct Bytes {
    Known<double> read, write;
  };
  std::map<std::string, Bytes> bytes_per_cycle;  ///< level (l1 l2 l3 shared) -> per cycle, per core
  Bytes accesses;  ///< vector loads and stores per cycle, of any width: narrow ones move less

  Known<double> ops(const std::string& unit, const std::string& format) const;
  Known<double> ops(const std::string& kernel, const std::string& isa,
                    const std::string& format) const;
  Bytes bytes(const std::string& level) const;
  /// What instructions of that set can ask of the level: min(level, accesses x vector bytes).
  Bytes bytes(const std::string& level, const std::string& isa) const;
};

/// Names of the peaks that an operation of this format may compute at, the first known one
/// deciding: the format's own, that of the format it computes in (computing_format), and that one
/// with an f32 accumulator.
std::vector<std::string> peak_names(const Format& format);

/// What a peak is computed from: units x ops per cycle x clock.
struct PeakBasis {
  double ops_per_cycle = 0;  ///< of one unit, dense, a multiply-add counted as two
  Hertz clock;
  Known<OpRate> stated;  ///< as the data sheet prints it
};

/// One engine of a device with its own dense peaks.  Engines share the device's memory; they are
/// never added into one roof.
struct Engine {
  std::string name;  ///< gpu, cpu, dla, ...
  std::string note;  ///< what it cannot do of a model; empty: nothing is known
  std::string unit;  ///< SM, core, ...
  double units = 0;
  std::map<std::string, OpRate> peaks;     ///< by Format::name(): stated, else computed
  std::map<std::string, PeakBasis> basis;  ///< of each peak

  /// The peak that an operation of this format computes at (peak_names).
  Known<OpRate> peak(const Format& format) const;
};

/// Which machines an entry describes: the model of a GPU as its driver names it, whole; words of
/// the board's name; or words of the CPU's name together with its micro-architecture.
struct HardwareMatch {
  std::vector<std::string> gpus, boards;
  std::vector<std::string> modules;  ///< of boards: these alone, where the module is known
  std::vector<std::string> cpus, uarchs;
};

struct Hardware {
  std::string name, title, confidence, note;  ///< name of a mode: "agx-orin:30w"
  HardwareMatch match;
  std::vector<std::string> aliases, sources;
  std::vector<Engine> engines;  ///< the first is the default
  Bandwidth bandwidth;          ///< data sheet, decimal; of one socket
  double bus_bits = 0,
         pin_rate = 0;  ///< bits per second per pin: what the bandwidth is recomputed from
  Known<Bytes> memory;
  /// Power modes: the same device with engines that have fewer units, other clocks, or a slower
  /// memory; peaks are computed from these parts.  The device itself is as its data sheet has it.
  std::vector<Hardware> modes;
  bool is_default_mode = false;  ///< of a mode: as the module is shipped

  const Engine& engine(
      const std::string& name = "") const;  ///< throws InputError naming those it has
  /// The engine that is that device ("cpu", "cuda"); null: it has none.
  const Engine* engine_of(std::string_view device) const;
  /// A CPU sold by itself, of which a machine may have several or, as a guest, a part.
  bool is_cpu() const { return engines.front().name == "cpu"; }
  /// Whether it describes that device ("cpu", "cuda") of the machine: a graphics card says nothing
  /// of the CPU beside it, a board speaks of both.
  bool describes(const Machine& machine, std::string_view device) const;
};

/// All that analyzer/specs/ holds, in the order of their file names.
const std::vector<Uarch>& uarchs();
const std::vector<Uarch>& gpu_uarchs();
const std::vector<Hardware>& hardware();

/// The micro-architecture of a CPU by family and model, or implementer and part; nullptr: unknown.
/// `cores` is the kind asked for (Conditions::cores) where they differ.
const Uarch* uarch_of(const Cpu& cpu, const std::string& cores = "");
/// The rates of a GPU by its compute capability; nullptr: unknown.
const Uarch* uarch_of(const Gpu& gpu);
/// The data sheet of that device of the machine, by name; nullptr: none is built in.
const Hardware* hardware_of(const Machine& machine, std::string_view device);

/// That data sheet in the power mode that the machine is in ("MODE_30W" is agx-orin:30w); itself
/// where the mode is not known or not described.
const Hardware& in_mode_of(const Hardware& hardware, const Machine& machine);

/// By name or alias, case-insensitive, with ":MODE" for a power mode ("agx-orin:30w").  Throws
/// InputError naming the nearest and `roofmark list hardware`, or the modes there are.
const Hardware& find_hardware(std::string_view name);

/// "agx-orin:30w" is {"agx-orin", "30w"}; without a mode the second is empty.  A path's last part
/// may hold a colon: what follows it is a mode only where it has no '/' and no '.'.
std::pair<std::string_view, std::string_view> device_and_mode(std::string_view name);
/// The device in that power mode; itself where the mode is empty.  Throws InputError naming those
/// it has.
const Hardware& in_mode(const Hardware& hardware, std::string_view mode);

}  // namespace roofmark
