// How the machine is set at this moment: everything that may change without it being another
// machine.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/machine.h"
#include "harness/proc_files.h"

namespace roofmark {

/// Operating system, hypervisor, governor, turbo, huge pages, microcode, load, pressure, container.
/// The governor is that of `cpus`; "mixed: a, b" where they differ.  The hypervisor is "none" only
/// where the machine says so.
Environment read_environment(const ProcFiles& files, const std::vector<int>& cpus);

/// Of the variables that this process was started with (/proc/self/environ) those that change what
/// libraries choose or how threads and memory are laid out: of OpenBLAS, oneDNN, OpenMP, MKL, CUDA,
/// cuBLAS, malloc and the loader.  Values as one_line() makes them.
Known<std::map<std::string, std::string>> steering_variables(const ProcFiles& files);

/// DMI product (with its vendor) or device-tree model; placeholders of firmware are unknown.
Known<std::string> board_name(const ProcFiles& files);

/// "MemAvailable" and the like of /proc/meminfo, in bytes.
Known<std::int64_t> meminfo_bytes(const ProcFiles& files, const std::string& key);

/// Memory that is present, as the firmware laid it out (/proc/zoneinfo): unlike MemTotal it does
/// not depend on what the kernel keeps for itself.  Unknown where the page size is.
Known<std::int64_t> present_memory_bytes(const ProcFiles& files, Known<std::int64_t> page_bytes);

/// Percent of the last ten seconds in which some task waited for a CPU (PSI).
Known<double> cpu_pressure(const ProcFiles& files);

/// One-minute load average.
Known<double> load_1m(const ProcFiles& files);

}  // namespace roofmark
