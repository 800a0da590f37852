// What a machine is (identity) and how it was set while measuring (environment).
// Whatever could not be read is nullopt, written "unknown"; never a guess.
#pragma once

#include <cstdint>
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

struct Cpu {
  Known<std::string> vendor, model;
  Known<int> family, model_number, stepping;                 ///< x86: CPUID
  Known<int> implementer, part, variant_part;                ///< Arm: MIDR
  std::string architecture;                                  ///< x86_64 | aarch64
  int packages = 0, cores = 0, threads = 0, numa_nodes = 0;  ///< 0: unknown (threads never is)
  Known<bool> smt;                ///< more than one hardware thread per core is on
  std::vector<Cache> caches;      ///< data and unified, by level
  std::vector<std::string> isas;  ///< names of cmake/isas.cmake that this CPU can run

  const Cache* cache(int level) const;
  /// Size of the last level, or 0.
  std::int64_t last_level_bytes() const;
  bool operator==(const Cpu&) const = default;
};

/// What this process may use of the machine.
struct Allowance {
  std::vector<int> cpus;     ///< logical CPUs allowed, one per physical core first
  Known<double> quota_cpus;  ///< cgroup CPU quota, in CPUs; unset: none
  Known<std::int64_t> memory_limit_bytes;
  std::string cgroup;   ///< v1 | v2 | none | unknown
  int max_threads = 1;  ///< never more than this: min(cpus, ceil(quota))
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
  bool operator==(const Environment&) const = default;
};

struct Gpu {
  std::string name, compute_capability;
  int sms = 0;
  std::int64_t memory_bytes = 0, l2_bytes = 0;
  bool integrated = false;
  bool operator==(const Gpu&) const = default;
};

struct Machine {
  std::string id;      ///< stable fingerprint: board, CPU, GPUs, memory size in GiB
  std::string class_;  ///< readable: "amd-epyc-zen5-2c-24g"
  Cpu cpu;
  std::vector<Gpu> gpus;
  Known<std::string> board;  ///< DMI product or device-tree model
  Known<std::int64_t> memory_bytes;
  Allowance allowance;
  Environment environment;

  bool has_isa(const std::string& isa) const;
  bool operator==(const Machine&) const = default;
};

}  // namespace roofmark
