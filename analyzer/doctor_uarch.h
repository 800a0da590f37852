// What the doctor says of the CPU's cores: their micro-architecture, and that they differ.
#pragma once

#include "analyzer/doctor.h"

namespace roofmark {

/// "AMD Zen 4", "unknown"; "p: unknown, e: Intel Gracemont" where cores differ.
std::string uarch_titles(const Cpu& cpu);

/// Whether the micro-architecture of each kind of core is known, and the files that are wanting.
Finding uarch_finding(const Machine& machine);

/// Whether all cores have the same caches.
Finding cores_finding(const Machine& machine);

}  // namespace roofmark
