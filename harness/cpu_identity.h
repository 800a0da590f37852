// Who the CPU is and which instruction sets it runs, as the kernel shows it.
#pragma once

#include <string>
#include <vector>

#include "core/machine.h"
#include "harness/proc_files.h"

namespace roofmark {

/// Fills vendor, model, family, model number and stepping (x86) or implementer, part and variant
/// (Arm) and the instruction sets.  Where cores differ (big.LITTLE) what differs is unknown, and an
/// instruction set counts only if every core has it.  `cpu.architecture` is kept if it is known.
void identify_cpu(const ProcFiles& files, Cpu& cpu);

/// The kinds of core there are, sorted: {"41:d42:0:1"} (implementer, part, variant, revision) on
/// Arm,
/// {"AuthenticAMD:26:2:1"} (vendor, family, model, stepping) on x86.  Empty: unknown.
std::vector<std::string> core_kinds(const ProcFiles& files);

/// The microcode revision, "0x1000065".
Known<std::string> microcode(const ProcFiles& files);

/// "hypervisor" is among the flags of an x86 CPU; nullopt where there are no flags to ask.
Known<bool> hypervisor_flag(const ProcFiles& files);

}  // namespace roofmark
