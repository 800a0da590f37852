// What a machine is (identity) and how it was set while measuring (environment).
// Whatever could not be read is nullopt, written "unknown"; never a guess.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace roofmark {

template <class T>
using Known = std::optional<T>;

struct Cache {
  int level = 0;                ///< 1, 2, 3
  std::int64_t size_bytes = 0;  ///< of one instance
  int line_bytes = 0;
  int instances = 0;      ///< on the whole machine
  int cores_sharing = 0;  ///< physical cores below one instance
  bool operator==(const Cache&) const = default;
};

/// Memory and the CPUs next to it.  Either may be missing: CPUs whose sockets are not populated,
/// memory on a card or on the package that no CPU is nearest to.
struct NumaNode {
  int id = 0;                     ///< the operating system's number
  std::vector<int> cpus;          ///< logical, sorted
  std::int64_t memory_bytes = 0;  ///< 0: none
  bool operator==(const NumaNode&) const = default;
};

/// Cores that are alike, on a machine whose cores are not.
struct CoreKind {
  std::string name;              ///< "p", "e"; on Arm the part's: "cortex-a76"
  std::vector<int> cpus;         ///< logical, sorted
  int cores = 0;                 ///< physical
  Known<int> implementer, part;  ///< Arm: MIDR
  bool operator==(const CoreKind&) const = default;
};

struct Cpu {
  Known<std::string> vendor, model;
  Known<int> family, model_number, stepping;                 ///< x86: CPUID
  Known<int> implementer, part, variant_part;                ///< Arm: MIDR
  std::string architecture;                                  ///< x86_64 | aarch64
  int packages = 0, cores = 0, threads = 0, numa_nodes = 0;  ///< 0: unknown (threads never is)
  Known<bool> smt;                ///< more than one hardware thread per core is on
  std::vector<Cache> caches;      ///< data and unified, by level
  std::vector<std::string> isas;  ///< names of cmake/isas.cmake that this CPU can run
  std::vector<NumaNode> nodes{};  ///< by number; empty: unknown
  std::vector<CoreKind> kinds{};  ///< the fastest first; empty: all cores are alike
  Known<int> sve_bytes{};         ///< length of an SVE vector

  const Cache* cache(int level) const;
  /// Size of the last level, or 0.
  std::int64_t last_level_bytes() const;
  /// Loops ask for what lies in memory a few KiB ahead into L2, whose prefetchers go on from there:
  /// so on Intel.  Elsewhere, or where nothing is known, past the caches or into L1.
  bool asks_by_l2() const;
  bool operator==(const Cpu&) const = default;
};

/// What this process may use of the machine.
struct Allowance {
  /// Logical CPUs allowed: one of each physical core, cores of the fastest kind first; then the
  /// cores' second hardware threads in the same order, and so on.
  std::vector<int> cpus;
  Known<double> quota_cpus;  ///< cgroup CPU quota, in CPUs; unset: none
  Known<std::int64_t> memory_limit_bytes;
  std::string cgroup;   ///< v1 | v2 | none | unknown
  int max_threads = 1;  ///< never more than this: min(cpus, ceil(quota))
  int cores = 0;        ///< physical cores among `cpus`, all in the first `cores`; 0: unknown
  bool operator==(const Allowance&) const = default;
};

struct Environment {
  /// hypervisor: "none" where the machine says so.  governor: "mixed: a, b" where allowed CPUs
  /// differ. turbo: on | off.  huge_pages: always | madvise | never.
  Known<std::string> os, kernel, hypervisor, governor, turbo, huge_pages, microcode, cpu_quota_note;
  Known<double> load_1m;
  Known<double> pressure_cpu_some_avg10;  ///< percent
  Known<std::int64_t> memory_available_bytes;
  Known<bool> container;
  /// Environment variables that steer libraries, such as OPENBLAS_CORETYPE or OMP_WAIT_POLICY, by
  /// name; unset: read from a file of a version that did not keep them.
  Known<std::map<std::string, std::string>> variables;
  /// "NAME=value, NAME=value", "none".
  Known<std::string> variables_text() const;
  bool operator==(const Environment&) const = default;
};

/// How a GPU was set when it was asked; may change without it being another GPU.
struct GpuSetting {
  Known<std::string> driver;        ///< "580.82.07"
  Known<std::string> cuda_driver;   ///< newest CUDA that the driver serves: "13.0"
  Known<std::string> cuda_runtime;  ///< CUDA that this program was built with
  Known<std::string> mig;           ///< off | on | a slice: "1g.10gb"
  Known<bool> ecc;
  Known<std::int64_t> uncorrected_errors;           ///< of its memory, since the driver was loaded
  Known<double> clock_max_hz, memory_clock_max_hz;  ///< the most it may run at as it is set
  Known<double> power_limit_w, power_limit_default_w;
  Known<std::vector<std::string>> throttle_reasons;  ///< why it runs no faster: "power_cap", ...
  Known<int> processes;              ///< that compute on it, this one too if it does already
  std::vector<std::string> unknown;  ///< what could not be read, and why: "power: not supported"
  bool operator==(const GpuSetting&) const = default;
};

struct Gpu {
  std::string name, compute_capability;
  int sms = 0;  ///< in use: a power mode switches some off, a MIG slice has few
  std::int64_t memory_bytes = 0, l2_bytes = 0;
  bool integrated = false;
  Known<int> shared_per_sm_bytes{}, shared_per_block_bytes{};  ///< the most that can be asked for
  Known<int> memory_bus_bits{};
  Known<bool> host_register{};       ///< ordinary host memory can be registered for it
  Known<bool> pageable_access{};     ///< it reads host memory that nobody registered
  Known<bool> concurrent_managed{};  ///< CPU and GPU may touch managed memory at once
  GpuSetting setting{};

  /// Its name whatever slice of it is seen and whatever driver says it: "NVIDIA H100 80GB HBM3" of
  /// "NVIDIA H100 80GB HBM3 MIG 1g.10gb", "Orin" of "Orin (nvgpu)".
  std::string model() const;
  /// The slice it is: "1g.10gb"; empty: a whole GPU.
  std::string slice() const;
  bool operator==(const Gpu&) const = default;
};

/// A board of NVIDIA's with GPU, CPU and memory on one module, and how it is set.
struct Jetson {
  Known<std::string> module;      ///< "Jetson AGX Orin 64GB"
  Known<std::string> soc;         ///< "tegra234"
  Known<std::string> l4t;         ///< "36.4.3"
  Known<std::string> jetpack;     ///< "6.2", or "6" where only L4T is known
  Known<std::string> power_mode;  ///< by name: numbers mean another mode on another module
  Known<double> gpu_clock_min_hz, gpu_clock_max_hz;  ///< limits as set
  Known<double> emc_max_hz;                          ///< memory clock, the most as set
  Known<std::int64_t> gated_tpcs;                    ///< pairs of SMs that the mode switched off
  std::vector<std::string> unknown;                  ///< what could not be read, and why
  bool operator==(const Jetson&) const = default;
};

struct Machine {
  std::string id;      ///< stable fingerprint: board, CPU, GPUs, memory size in GiB
  std::string class_;  ///< readable: "amd-epyc-zen5-2c-24g"
  Cpu cpu;
  std::vector<Gpu> gpus;
  Known<std::string> board;  ///< DMI product or device-tree model
  Known<Jetson> jetson;
  Known<std::int64_t> memory_bytes;
  Allowance allowance;
  Environment environment;

  bool has_isa(const std::string& isa) const;
  /// The allowed CPUs of that kind of core (empty: of every kind) next to that NUMA node (unset:
  /// anywhere), in the order of Allowance::cpus.  A quota may let fewer threads run at a time.
  std::vector<int> cpus_of(const std::string& kind, Known<int> node = std::nullopt) const;
  /// On how many physical cores these allowed CPUs are; 0: unknown.
  int cores_among(const std::vector<int>& allowed) const;
  bool operator==(const Machine&) const = default;
};

}  // namespace roofmark
