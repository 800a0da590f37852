// What was seen: readings of the machine around a sample, the samples of a row, and a whole run.
// Raw facts only; rates, shares and verdicts are derived by whoever reads them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/kernel.h"
#include "core/machine.h"
#include "core/model.h"
#include "core/units.h"

namespace roofmark {

/// Where a thread was at a moment.
struct Stamp {
  double wall_s = 0, cpu_s = 0;           ///< the device's clock; CPU time of this thread
  std::int64_t involuntary_switches = 0;  ///< of this thread, since it began
  int cpu = -1;                           ///< logical CPU it ran on
};

/// One thread's core between two samples.  Zero where it cannot be read.
struct CoreReading {
  double clock_hz = 0;            ///< measured, never read from a file
  double clock_tolerance = 0.01;  ///< change of it that leaves a sample good
  double quiet = 0;               ///< NOP issue rate as a fraction of this core's best
  Stamp begin,
      end;  ///< of the reading itself: a sample lies between one's end and the next's begin
};

struct Reading {
  std::vector<CoreReading> cores;
  double stolen_s = 0;  ///< time the hypervisor took from the CPUs in use, since boot
  std::int64_t throttle_events = 0;
};

/// A GPU at one moment.  The violations are totals since the driver was loaded.
struct GpuHealth {
  Known<double> clock_hz, memory_clock_hz, power_w, temperature_c;
  Known<std::vector<std::string>> throttle_reasons;
  Known<double> thermal_violation_s, power_violation_s;  ///< time below the wanted clock
  bool operator==(const GpuHealth&) const = default;
};

/// Events of a Jetson's over-current detection since boot.
struct OverCurrent {
  /// under-voltage, average over-current, peak over-current; the last climbs on healthy boards.
  Known<std::int64_t> oc1, oc2, oc3;
  bool operator==(const OverCurrent&) const = default;
};

struct Health {
  Known<double> load_1m, steal_s, temperature_c, pressure_cpu_some_avg10;
  Known<std::int64_t> throttle_events;
  Known<GpuHealth> gpu{};  ///< rows of a GPU
  Known<OverCurrent> over_current{};
  std::vector<std::pair<std::string, double>> rails_w{};  ///< power of a board's supply rails
};

enum class Status { ok, failed, unsupported, skipped };
std::string_view name(Status status);

/// Every reason for which harness/gate.h drops a sample.
std::vector<std::string_view> known_flags();
bool is_known_flag(std::string_view flag);

/// A sample that was kept, or one whose flag means that the work was done without interruption at a
/// pace that was not steady: quiet, clock, switched (for less than a hundredth of the time).  Where
/// too few samples were kept such a one still says what the machine can do beside a neighbour; one
/// that was stolen from or waited for a CPU says nothing.
bool is_usable(std::string_view flag);

/// One kernel sample and one sample of the probe that bounds it, taken one after the other.
struct Pair {
  double kernel_s = 0, companion_s = 0;  ///< seconds per launch
  std::string flag{};                    ///< why it is disturbed; empty: both passed the gates
  bool operator==(const Pair&) const = default;
};

struct Measurement {
  std::string id, kernel, variant, device;
  Role role = Role::kernel;
  int threads = 1;
  Format format;
  Shape shape;
  Conditions conditions;
  Work work;
  Status status = Status::ok;
  std::string reason;                  ///< why there is no time, or what is odd about it
  std::string implementation;          ///< Task::implementation()
  std::string code_hash;               ///< Task::code_hash()
  double error = 0;                    ///< Task::error(): <= 1 is correct
  std::optional<double> format_error;  ///< Kernel::format_error
  ColdOperands cold;                   ///< Task::cold_operands()
  std::int64_t launches = 0;           ///< per sample
  std::vector<double> samples_s;       ///< seconds per launch, every sample taken
  std::vector<std::string> flags;      ///< parallel: why a sample is dropped; empty: kept
  std::vector<double> clock_hz;        ///< parallel: mean over threads, 0 unknown
  /// Parallel: bytes per second that other threads moved meanwhile; empty: it has no such threads.
  std::vector<double> load_bytes_s;
  std::string companion;    ///< id of the probe timed beside it
  std::vector<Pair> pairs;  ///< every pair taken
  /// Seconds per launch where each was issued on its own, launch cost included; empty where
  /// launching is a function call.
  std::vector<double> launched_s;
  bool contended = false;     ///< too few samples passed the gates
  bool interval_met = false;  ///< the median's interval came within the policy's target
  char grade = 'C';           ///< A, B or C as the harness saw it
  Health before, after;
};

/// How the numbers were taken.
struct Policy {
  std::string preset = "quick";
  std::string only;    ///< probes | kernels | empty
  std::string filter;  ///< regular expression on ids
  std::vector<std::string> devices{"cpu"};
  std::vector<int> threads;  ///< thread counts to measure
  std::vector<Workload> workloads;
  std::uint64_t seed = 1;  ///< of the order of cases
  double target = 0.03;    ///< relative half-width of the median's 95 % interval
  int min_kept = 10,
      min_kept_long = 5;    ///< samples; the second where one launch exceeds long_launch_s
  int min_kept_core = 100;  ///< samples of a compute probe: cheap, and read at a percentile
  double long_launch_s = 0.05;
  double core_sample_s = 100e-6, sample_s = 1e-3;  ///< least length of a sample
  double case_limit_s = 0.5;                       ///< time limit of one case's sampling
  double core_limit_s = 0.1;                       ///< the same for core-bound probes
  int max_samples = 400;
};

struct Build {
  std::string version, commit, compiler;
  std::vector<std::pair<std::string, std::string>> features;  ///< openblas: 0.3.21, cuda: 13.0, ...
  bool operator==(const Build&) const = default;
};

struct Run {
  std::string id, started;  ///< UTC, ISO 8601
  bool complete = false;
  /// What several runs were taken for, one after the other: its id; empty: for nothing but itself.
  std::string campaign;
  Build build;
  Machine machine;
  Policy policy;
  std::vector<Measurement> rows;
};

}  // namespace roofmark
