// What a row could reach at most: by the architecture at its own clock, and by the data sheet.
#pragma once

#include <map>
#include <string>

#include "analyzer/spec.h"
#include "core/measurement.h"

namespace roofmark {

/// What is known of a device besides the run.
struct DeviceFacts {
  const Uarch* uarch = nullptr;        ///< rates per cycle; null: unknown
  const Hardware* hardware = nullptr;  ///< data sheet; null: unknown
  Known<Bandwidth> bandwidth;          ///< of its memory, where the user says it
};

struct RunFacts {
  DeviceFacts cpu, gpu;
  std::map<std::string, const Uarch*> kinds;  ///< of a CPU whose cores differ, by Conditions::cores

  DeviceFacts of(const Measurement& row) const;
};

/// A bound, or why there is none; neither where none is asked for.
struct Bound {
  Known<double> value;
  std::string reason;
};

/// compute    op/s: rate per cycle x clock x cores in use, or the multiprocessors of run time (a
///            power mode switches some off, a slice of a GPU has few).  SVE's rates hold for
///            vectors of the length that the spec names.
/// bandwidth  bytes/s, at a level on the chip: bytes / max(read / read rate, written / write rate)
///            x clock x cores; a sweep over sizes is bounded by L1 at every size.  Of the memory:
///            what the user says, else two transfers per clock of a GPU's memory over the width of
///            its bus (on a Jetson, whose CPU shares it, at the clock of its memory controller),
///            else the channels x transfers per second of the CPU's data sheet, of every socket
Bound theoretical_bound(const Measurement& row, const std::string& kind,
                        const Known<double>& clock_hz, const RunFacts& facts,
                        const Machine& machine);

/// The data sheet speaks of the whole device as it is sold, so it stands beside rows that use all
/// of it: not beside some of the threads, some of the multiprocessors or a memory that is held
/// back.
Bound datasheet_bound(const Measurement& row, const std::string& kind, const RunFacts& facts,
                      const Machine& machine);

/// The instruction set a variant is named for: "avx512_vnni" of "avx512_vnni-unrolled", "mma" of
/// "mma-m16".
std::string isa_of(const std::string& variant);

/// Physical cores of the CPU that a row may run on: of its kind and next to its NUMA node.  0:
/// unknown.
int cores_open_to(const Measurement& row, const Machine& machine);
/// Cores that a row's threads keep busy; nullopt where threads share cores and a hypervisor may
/// have made the topology up.
Known<double> cores_in_use(const Measurement& row, const Machine& machine);

}  // namespace roofmark
