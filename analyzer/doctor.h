// What about a machine changes its numbers: limits, neighbours, unlocked clocks, missing parts.
#pragma once

#include <string>
#include <vector>

#include "core/machine.h"
#include "core/measurement.h"

namespace roofmark {

/// One thing looked at.
struct Finding {
  bool warns = false;  ///< it changes numbers, or may
  std::string id;      ///< "W-QUOTA" where it warns, "OK-QUOTA" where it does not
  std::string text;    ///< what was found and what that does to the numbers
  std::string remedy;  ///< what to do about it; empty: nothing to do, or nothing can be done
  struct File {
    std::string path, text;
    bool operator==(const File&) const = default;
  };
  std::vector<File> files{};  ///< that the remedy asks for, begun: to paste and fill

  std::string level() const { return warns ? "warn" : "ok"; }
  bool operator==(const Finding&) const = default;
};

/// What matters beside the machine itself.
struct Surroundings {
  struct Blas {
    std::string name, version;  ///< "OpenBLAS", "0.3.21"
    std::string core;           ///< the micro-architecture whose kernels it chose
    std::string threading;      ///< openmp | pthreads | none
    std::string asked{};        ///< the core that OPENBLAS_CORETYPE asks for; empty: none
  };
  bool here = true;  ///< false: a recorded machine, of which this program's libraries say nothing
  Known<Blas> blas;  ///< unset: built without
  std::string blas_obstacle;  ///< why there is none
  struct Onednn {
    std::string version;    ///< "2.6.3"
    std::string isa;        ///< the instruction set it writes its kernels in
    std::string threading;  ///< openmp | tbb | none | its own
  };
  Known<Onednn> onednn;       ///< unset: built without
  std::string cuda_runtime;   ///< "13.0"; empty: built without CUDA
  std::string cuda_obstacle;  ///< why there is no CUDA device
  Health health;              ///< now
};

/// Everything that is looked at, in a fixed order: the CPU, what is shared, what limits, what moves
/// the clock, memory, the board, libraries, GPUs.  Pure: the same facts give the same findings.
std::vector<Finding> findings(const Machine& machine, const Surroundings& around);

/// Available bytes that `roofmark run --preset quick` wants: operands that must come from memory
/// rotate through max(4 x last-level cache, 1 GiB), which may take a quarter of what is available.
std::int64_t quick_memory_bytes(const Cpu& cpu);

Finding fine(const std::string& subject, const std::string& text);
Finding warning(const std::string& subject, const std::string& text, const std::string& remedy);

/// "1 thread", "2 threads", "2 processes"
std::string counted(std::int64_t count, const std::string& what);

/// "0-3,8" from sorted or unsorted numbers.
std::string ranges(std::vector<int> numbers);

}  // namespace roofmark
