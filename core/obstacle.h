// Why something cannot run on a machine, as far as that is known beforehand.
#pragma once

#include <span>
#include <string>

#include "core/kernel.h"
#include "core/machine.h"

namespace roofmark {

/// Why a variant cannot run on this machine whatever its shape, or empty: this build lacks it, its
/// CPU an instruction set, its GPU a compute capability ("8.0" is met by every later one; "9.0a"
/// names instructions of that one alone), or there is no GPU.
std::string obstacle(const Variant& variant, const Machine& machine);

/// Why a kernel cannot run in a format on a device of this machine, or empty where any variant can.
std::string format_obstacle(const Kernel& kernel, const Format& format, const std::string& device,
                            const Machine& machine);

}  // namespace roofmark
