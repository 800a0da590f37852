// A machine's stable fingerprint and its readable class.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/machine.h"

namespace roofmark {

/// What makes a machine this one: only what stays when kernel, firmware settings, power mode,
/// limits and load change.  No serial numbers, no names.
struct MachineIdentity {
  Known<std::string> board;
  Known<std::string> model;             ///< CPU model name
  std::vector<std::string> core_kinds;  ///< sorted
  Known<std::int64_t> present_cpus;     ///< logical, offline ones included
  std::vector<Cache> caches;  ///< level, size and line count; instances do not (offline CPUs)
  std::vector<Gpu> gpus;      ///< name and capability count; SMs and memory follow the power mode
  Known<std::int64_t> memory_bytes;  ///< rounded to GiB
};

/// 16 hexadecimal digits: the upper half of the 128-bit FNV-1a hash of the identity as text.
std::string fingerprint(const MachineIdentity& identity);

/// Lower-case words joined by '-': CPU (or board, where the CPU's name says nothing), cores, memory
/// in GiB, GPUs: "amd-epyc-f26-m2-2c-24g".
std::string machine_class(const Machine& machine, Known<std::int64_t> installed_bytes);

/// Whole GiB nearest to that many bytes, at least 1.
std::int64_t rounded_gib(std::int64_t size_bytes);

}  // namespace roofmark
