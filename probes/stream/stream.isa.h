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
/// memory: past the caches, or into L2, with as many instructions that do nothing beside each cache
/// line moved as their names say; _nt stores past the caches; schoenauer_grouped takes eight
/// vectors of one array after the other.
using StreamFunction = void(const StreamArrays& arrays, const float* scalar, std::int64_t passes);
using StreamLeaf = StreamFunction*;

/// do_it(n) for each such number.  Where no instruction set of a machine asks by L2 they are alike.
#define ROOFMARK_EACH_IDLE(do_it) do_it(2) do_it(12) do_it(24) do_it(36) do_it(48)

#define ROOFMARK_BY_L2(n)                                                                         \
  stream_read_by_l2_##n, stream_copy_by_l2_##n, stream_copy_nt_by_l2_##n, stream_triad_by_l2_##n, \
      stream_triad_nt_by_l2_##n,
#define ROOFMARK_READ_BY_L2_OF(n) stream_read_by_l2_##n,
#define ROOFMARK_COPY_BY_L2_OF(n) stream_copy_by_l2_##n,
#define ROOFMARK_COPY_NT_BY_L2_OF(n) stream_copy_nt_by_l2_##n,
#define ROOFMARK_TRIAD_BY_L2_OF(n) stream_triad_by_l2_##n,
#define ROOFMARK_TRIAD_NT_BY_L2_OF(n) stream_triad_nt_by_l2_##n,
#define ROOFMARK_DECLARE(isa, vector_bytes)                                                  \
  namespace isa_##isa {                                                                      \
    StreamFunction stream_read, stream_read_far, stream_write, stream_write_nt, stream_copy, \
        stream_copy_nt, stream_triad, stream_triad_nt, stream_mix, stream_mix_nt,            \
        ROOFMARK_EACH_IDLE(ROOFMARK_BY_L2) stream_schoenauer, stream_schoenauer_nt,          \
        stream_schoenauer_grouped;                                                           \
    static constexpr StreamLeaf stream_read_by_l2[] = {                                      \
        ROOFMARK_EACH_IDLE(ROOFMARK_READ_BY_L2_OF)};                                         \
    static constexpr StreamLeaf stream_copy_by_l2[] = {                                      \
        ROOFMARK_EACH_IDLE(ROOFMARK_COPY_BY_L2_OF)};                                         \
    static constexpr StreamLeaf stream_copy_nt_by_l2[] = {                                   \
        ROOFMARK_EACH_IDLE(ROOFMARK_COPY_NT_BY_L2_OF)};                                      \
    static constexpr StreamLeaf stream_triad_by_l2[] = {                                     \
        ROOFMARK_EACH_IDLE(ROOFMARK_TRIAD_BY_L2_OF)};                                        \
    static constexpr StreamLeaf stream_triad_nt_by_l2[] = {                                  \
        ROOFMARK_EACH_IDLE(ROOFMARK_TRIAD_NT_BY_L2_OF)};                                     \
  }
ROOFMARK_EACH_ISA_OF_stream(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE
#undef ROOFMARK_BY_L2
#undef ROOFMARK_READ_BY_L2_OF
#undef ROOFMARK_COPY_BY_L2_OF
#undef ROOFMARK_COPY_NT_BY_L2_OF
#undef ROOFMARK_TRIAD_BY_L2_OF
#undef ROOFMARK_TRIAD_NT_BY_L2_OF

}  // namespace roofmark
