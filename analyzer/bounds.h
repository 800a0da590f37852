// What a row could reach at most: by the architecture at its own clock, and by the data sheet.
#pragma once

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

  const DeviceFacts& of(const std::string& device) const { return device == "cpu" ? cpu : gpu; }
};

/// A bound, or why there is none; neither where none is asked for.
struct Bound {
  Known<double> value;
  std::string reason;
};

/// compute    op/s: rate per cycle x clock x cores in use, or the multiprocessors of run time (a
/// power
///            mode switches some off, a slice of a GPU has few)
/// bandwidth  bytes/s, at a level on the chip: bytes / max(read / read rate, written / write rate)
/// x
///            clock x cores; of the memory: what the user says, else two transfers per clock of a
///            GPU's memory over the width of its bus (on a Jetson, whose CPU shares it, at the
///            clock of its memory controller)
Bound theoretical_bound(const Measurement& row, const std::string& kind,
                        const Known<double>& clock_hz, const RunFacts& facts,
                        const Machine& machine);

/// The data sheet speaks of the whole device as it is sold, so it stands beside rows that use all
/// of it: not beside some of the threads, some of the multiprocessors or a memory that is held
/// back.
Bound datasheet_bound(const Measurement& row, const std::string& kind, const RunFacts& facts,
                      const Machine& machine);

/// The instruction set a variant is named for: "avx512" of "avx512-unrolled", "mma" of "mma-m16".
std::string isa_of(const std::string& variant);

/// Cores that this number of threads keeps busy; nullopt where threads share cores and a hypervisor
/// may have made the topology up.
Known<double> cores_in_use(const Machine& machine, int threads);

}  // namespace roofmark
