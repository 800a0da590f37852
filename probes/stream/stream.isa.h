// Leaves of the bandwidth probes, one per instruction set.
#pragma once

#include <cstdint>

#include "isas.h"

namespace roofmark {

/// Arrays are read and written in steps of this many bytes by every instruction set.
inline constexpr std::int64_t stream_step = 1024;

/// The arrays of one thread, each `bytes` long (a multiple of stream_step) and 64-byte aligned.
struct StreamArrays {
  float* a;        ///< written
  const float* b;  ///< read
  const float* c;  ///< read by triad
  std::int64_t bytes;
};

/// read: every element of b into a register.  write: a = s.  copy: a = b.  triad: a = b + s c.
/// s is the 64 bytes at `scalar`.  Each pass touches every element once.  read_far also prefetches,
/// for arrays that lie in memory.
using StreamLeaf = void (*)(const StreamArrays& arrays, const float* scalar, std::int64_t passes);

#define ROOFMARK_DECLARE(isa, vector_bytes)                                \
  namespace isa_##isa {                                                    \
    void stream_read(const StreamArrays&, const float*, std::int64_t);     \
    void stream_read_far(const StreamArrays&, const float*, std::int64_t); \
    void stream_write(const StreamArrays&, const float*, std::int64_t);    \
    void stream_write_nt(const StreamArrays&, const float*, std::int64_t); \
    void stream_copy(const StreamArrays&, const float*, std::int64_t);     \
    void stream_copy_nt(const StreamArrays&, const float*, std::int64_t);  \
    void stream_triad(const StreamArrays&, const float*, std::int64_t);    \
    void stream_triad_nt(const StreamArrays&, const float*, std::int64_t); \
  }
ROOFMARK_EACH_ISA(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE

}  // namespace roofmark
