// Leaves of the bandwidth probes, one per instruction set.
#pragma once

#include <cstdint>

#include "leaves/stream.h"

namespace roofmark {

/// Arrays are read and written in steps of this many bytes by every instruction set.
inline constexpr std::int64_t stream_step = 1024;

/// The arrays of one thread, each `bytes` long (a multiple of stream_step) and 64-byte aligned.
struct StreamArrays {
  float* a;            ///< written
  const float *b, *c;  ///< read; c by mix, triad and schoenauer
  const float* d;      ///< read by schoenauer
  std::int64_t bytes;
};

/// read: every element of b into a register.  write: a = s.  copy: a = b.  mix: a = b, c into a
/// register.  triad: a = b + s c.  schoenauer: a = b + c d.  s is the 64 bytes at `scalar`.  Each
/// pass touches every element once.  read_far and those by_l2 also prefetch, for arrays that lie in
/// memory: past the caches, or into L2; _nt stores past the caches; schoenauer_grouped takes eight
/// vectors of one array after the other.
using StreamFunction = void(const StreamArrays& arrays, const float* scalar, std::int64_t passes);
using StreamLeaf = StreamFunction*;

#define ROOFMARK_DECLARE(isa, vector_bytes)                                                        \
  namespace isa_##isa {                                                                            \
    StreamFunction stream_read, stream_read_far, stream_read_by_l2, stream_write, stream_write_nt, \
        stream_copy, stream_copy_by_l2, stream_copy_nt, stream_triad, stream_triad_by_l2,          \
        stream_triad_nt, stream_mix, stream_mix_nt, stream_schoenauer, stream_schoenauer_nt,       \
        stream_schoenauer_grouped;                                                                 \
  }
ROOFMARK_EACH_ISA_OF_stream(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE

}  // namespace roofmark
