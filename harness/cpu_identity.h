// Who the CPU is and which instruction sets it runs, as the kernel shows it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/machine.h"
#include "harness/proc_files.h"

namespace roofmark {

/// Fills vendor, model, family, model number and stepping (x86) or implementer, part and variant
/// (Arm) and the instruction sets.  Where cores differ (big.LITTLE) what differs is unknown, and an
/// instruction set counts only if every core has it.  `cpu.architecture` is kept if it is known.
void identify_cpu(const ProcFiles& files, Cpu& cpu);
/// Whether a processor lacks what a word of /proc/cpuinfo names.
using Denies = std::function<bool(std::string_view word)>;
/// Takes from the instruction sets those that need a word which is denied.
void drop_denied_isas(Cpu& cpu, const Denies& denies);
/// The same, this very processor being asked (processor.h): under an emulator /proc/cpuinfo is that
/// of the host.
void drop_denied_isas(Cpu& cpu);

/// What an Arm core is (MIDR).
struct ArmPart {
  int implementer = 0, part = 0;
  auto operator<=>(const ArmPart&) const = default;
};

/// By logical CPU, of those that are on; empty: no Arm, or unknown.
std::map<int, ArmPart> arm_parts(const ProcFiles& files);

/// What each core is, in full, each kind once and sorted, for a machine's fingerprint:
/// {"41:d42:0:1"} (implementer, part, variant, revision) on Arm, {"AuthenticAMD:26:2:1"} (vendor,
/// family, model, stepping) on x86.  Empty: unknown.
std::vector<std::string> core_kinds(const ProcFiles& files);

/// The microcode revision, "0x1000065".
Known<std::string> microcode(const ProcFiles& files);

/// "hypervisor" is among the flags of an x86 CPU; nullopt where there are no flags to ask.
Known<bool> hypervisor_flag(const ProcFiles& files);

}  // namespace roofmark
