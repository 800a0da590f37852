// A kernel says what one call must at least compute and move; a variant does it.
// A probe is a kernel whose work is exact by construction, so there is one registry for both.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/format.h"
#include "core/shape.h"
#include "core/work.h"

namespace roofmark {

class Device;
struct Case;
struct Machine;

enum class Role { kernel, compute_probe, bandwidth_probe, latency_probe, overhead_probe };
std::string_view name(Role role);

/// How much of a machine a preset looks at, each with all of the one before.
enum class Depth {
  quick,     ///< what the analysis of a model needs
  standard,  ///< every mix of traffic and instruction set, curves in few points
  thorough   ///< everything
};
std::string_view name(Depth depth);

/// Where a launch happens: nothing on a CPU, a stream on a GPU.
struct Queue {
  void* stream = nullptr;
};

/// Operands that launches take in turn, so that each finds its own in memory and not in a cache.
struct ColdOperands {
  std::int64_t rotation_bytes = 0;  ///< read before they begin anew; 0: none is cold
  /// Part of them that the operating system put on huge pages; nullopt: not known.
  std::optional<double> huge_page_share;
};

/// One prepared case: operands allocated and filled.  Destroyed when its row is finished.
class Task {
 public:
  virtual ~Task() = default;
  /// One launch, exactly the work that Kernel::work() states.
  virtual void launch(Queue queue) = 0;
  /// That many launches, one after the other.  Where their operands lie in a cache the threads of a
  /// CPU go through all of them in one parallel region, as a probe's go through its passes: a
  /// launch takes a few microseconds there, of which starting the threads would be one.
  virtual void repeat(Queue queue, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) launch(queue);
  }
  /// Clock that the last launches ran at, where the task itself measures it on the device; 0: it
  /// does not.
  virtual double clock_hz() { return 0; }
  /// Bytes that other threads moved during the last launch, where the task loads the machine with
  /// them beside what is timed; nullopt: it does not.
  virtual std::optional<double> load_bytes() { return std::nullopt; }
  /// Whether what is timed is the host's work of launching: the device then takes wall time.
  virtual bool times_host() const { return false; }
  /// Runs once on poisoned outputs and compares with a float64 reference, in units of the
  /// tolerance:
  /// <= 1 is correct, NaN or > 1 is wrong.
  virtual double error() = 0;
  /// What did the work where that is somebody else's choice: "OpenBLAS 0.3.21, core Haswell".
  virtual std::string implementation() const { return {}; }
  /// Of a kernel that goes round in more memory than its caches hold; else none.
  virtual ColdOperands cold_operands() const { return {}; }
  /// Sixteen hexadecimal digits that change when, and only when, the machine code that a launch
  /// spends its time in does; empty: nobody knows it.
  virtual std::string code_hash() const { return {}; }
};

/// Circumstances beside the shape that belong to a case's identity; empty where they do not apply.
struct Conditions {
  std::string level;   ///< l1 l2 l3 dram: where the working set lives
  std::string stores;  ///< ordinary | nt
  std::string pages;   ///< 4k | huge
  std::string state;   ///< cold | hot: where the operands of a kernel are found
  std::string packed;  ///< yes | no: weights laid out beforehand
  std::string memory;  ///< pinned | managed | pageable: host memory that a GPU works on
  std::string cores;   ///< kind of core, on machines that have several: p, e, cortex-a76
  std::string node;    ///< NUMA node, on machines with several: "0", or "0:1" where threads on node
                       ///< 0 use memory of node 1

  /// ",level=l1,stores=nt" in this order, without what is empty.
  std::string text() const;
  bool operator==(const Conditions&) const = default;
};

/// The probe that bounds a kernel, timed beside it: its kernel's name and where it must run.
struct Companion {
  std::string kernel;     ///< empty: any compute probe of the case's format
  Conditions conditions;  ///< fields left empty match anything
  /// Or a compute probe of the case's format, where the machine would do the arithmetic later than
  /// move the bytes: the plan, which knows it, decides (core/companions.h).
  bool or_arithmetic = false;
};

struct Variant;

/// Where a probe wants to run on a machine.
struct Site {
  Shape shape;
  Conditions conditions;
  std::string reason;          ///< why it cannot run here ("no L3 cache"); empty: it can
  std::vector<int> cpus;       ///< logical CPUs, one per thread, however many threads were asked
                               ///< for; empty: the first of the allowance
  int memory_node = -1;        ///< NUMA node of its memory; -1: where its threads run
  Depth depth = Depth::quick;  ///< the least preset that takes it
  /// Taken at 1, 2, 4, ... threads, on all cores and on all hardware threads, whatever counts the
  /// policy has, up to its greatest: where more threads may be slower.
  bool scales = false;
  /// Of a compute probe on a CPU, about: operations that a core does in a cycle; 0: nobody knows.
  double ops_per_cycle = 0;
};

struct Variant {
  std::string name;    ///< avx512, openblas, ...: unique within device and format
  std::string device;  ///< cpu | cuda
  std::string needs;   ///< an instruction set of cmake/isas.cmake; on a GPU the least compute
                       ///< capability ("8.0"), or one alone ("9.0a"); or empty
  Format format;
  std::unique_ptr<Task> (*prepare)(const Case&, Device&) = nullptr;
  std::string unavailable;  ///< why this build lacks it ("built without OpenBLAS"); empty: built in
  /// Probes only: where this variant runs, if not where its kernel does.
  std::vector<Site> (*sites)(const Machine&, const Variant&, int threads) = nullptr;
  /// Kernels only: why it cannot take a shape, or empty; null where it takes every one.
  std::string (*refusal)(const Shape&) = nullptr;
  std::string packed;  ///< Conditions::packed of its cases: yes where weights are laid out for it
  /// What bounds this variant, if not what bounds its kernel.
  std::optional<Companion> (*companion)(const Shape&, const Format&) = nullptr;
  bool library = false;  ///< a library's: a quick run has it on the most threads alone
};

struct Kernel {
  std::string name;
  std::string summary;  ///< one line for `roofmark list`
  Role role = Role::kernel;
  Work (*work)(const Shape&, const Format&) = nullptr;
  /// The probe whose mix of reads and writes, or whose arithmetic, bounds this shape; null for
  /// probes.
  std::optional<Companion> (*companion)(const Shape&, int threads) = nullptr;
  /// What the format costs, whoever computes in it: root mean square error of the whole computation
  /// relative to float64 on operands that are not rounded to it (kernels/format_error.h); null
  /// where nobody says.
  double (*format_error)(const Shape&, const Format&) = nullptr;
  /// Probes only: the shapes it takes on this machine; kernels take theirs from a model's
  /// operators.
  std::vector<Site> (*sites)(const Machine&, const Variant&, int threads) = nullptr;
  std::vector<Variant> variants;
  /// Its rows are the many points of a curve or a table, for each of which few samples do.
  bool brief = false;
  /// Kernels that go over rows: the extent that counts them.  CPUs are also measured with as many
  /// rows as fill half of L2 or L1, their operands in it, so that both roofs show; empty: only at
  /// the shapes of operators.
  std::string rows_extent;
  /// The probe that bounds those rows in a cache, where not the companion's traffic does: "exp".
  std::string resident_companion;
};

/// Adds kernels to a registry; the variants of one that it has by that name join that one's.
void merge(std::vector<Kernel>& registry, std::vector<Kernel> more);

}  // namespace roofmark
