// The file to begin with where the micro-architecture of a CPU is unknown.
#pragma once

#include <string>

#include "core/machine.h"

namespace roofmark {

/// A name for the entry: "intel-f6-m183-p", "arm-d90"; empty where the CPU shows no numbers by
/// which one could find it.  `cores`: the kind where they differ.
std::string spec_name(const Cpu& cpu, const std::string& cores);

/// analyzer/specs/<spec_name>.json without rates and sources: `match` fits that CPU, and the
/// reader takes the file once it has a source.
std::string spec_skeleton(const Cpu& cpu, const std::string& cores);

}  // namespace roofmark
