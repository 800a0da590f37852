// The loop around every leaf of the bandwidth probes, whatever the instruction set: all passes in
// one.
#pragma once

#include "probes/stream/stream.isa.h"

// One turn of the loop moves ROOFMARK_TURN_BYTES of each array, which divide stream_step.  Pointers
// are advanced rather than indexed: indexed stores lose a port on older Intel. All passes are one
// loop whose pointers go back without a branch: a loop per pass mispredicts its exit, which cost 5
// % of an L1 pass of 192 cycles.
#define ROOFMARK_STREAM(name, body, fence)                                                     \
  void name(const StreamArrays& arrays, const float* scalar, std::int64_t passes) {            \
    float* a = arrays.a;                                                                       \
    const float* b = arrays.b;                                                                 \
    const float* c = arrays.c;                                                                 \
    const float* d = arrays.d;                                                                 \
    const std::int64_t per_pass = arrays.bytes / (ROOFMARK_TURN_BYTES);                        \
    std::int64_t left = per_pass, turns = per_pass * passes, back = 0;                         \
    asm volatile(ROOFMARK_PROLOGUE                                                             \
                 ".p2align 6\n"                                                                \
                 "1:\n" body ROOFMARK_ADVANCE fence                                            \
                 : [a] "+&r"(a), [b] "+&r"(b), [c] "+&r"(c), [d] "+&r"(d), [left] "+&r"(left), \
                   [turns] "+&r"(turns), [back] "+&r"(back)                                    \
                 : [s] "r"(scalar), [per] "r"(per_pass), [bytes] "r"(arrays.bytes)             \
                 : "cc", "memory", ROOFMARK_CLOBBERS);                                         \
    ROOFMARK_EPILOGUE                                                                          \
  }

// On AArch64, what follows once the pointers were advanced.
#define ROOFMARK_ARM_TURN               \
  "subs %[left], %[left], #1\n"         \
  "csel %[back], %[bytes], xzr, eq\n"   \
  "csel %[left], %[per], %[left], eq\n" \
  "sub %[a], %[a], %[back]\n"           \
  "sub %[b], %[b], %[back]\n"           \
  "sub %[c], %[c], %[back]\n"           \
  "sub %[d], %[d], %[back]\n"           \
  "subs %[turns], %[turns], #1\n"       \
  "b.ne 1b\n"

// A leaf source defines what these name and then has every leaf of its instruction set.
#define ROOFMARK_STREAMS_BY_L2(n)                                                      \
  ROOFMARK_STREAM(stream_read_by_l2_##n, ROOFMARK_READ_BY_L2(n), "")                   \
  ROOFMARK_STREAM(stream_copy_by_l2_##n, ROOFMARK_COPY_BY_L2(n), "")                   \
  ROOFMARK_STREAM(stream_copy_nt_by_l2_##n, ROOFMARK_COPY_NT_BY_L2(n), ROOFMARK_FENCE) \
  ROOFMARK_STREAM(stream_triad_by_l2_##n, ROOFMARK_TRIAD_BY_L2(n), "")                 \
  ROOFMARK_STREAM(stream_triad_nt_by_l2_##n, ROOFMARK_TRIAD_NT_BY_L2(n), ROOFMARK_FENCE)
#define ROOFMARK_EVERY_STREAM                                                                \
  ROOFMARK_EACH_IDLE(ROOFMARK_STREAMS_BY_L2)                                                 \
  ROOFMARK_STREAM(stream_read, ROOFMARK_READ, "")                                            \
  ROOFMARK_STREAM(stream_read_far, ROOFMARK_READ_FAR, "")                                    \
  ROOFMARK_STREAM(stream_write, ROOFMARK_WRITE(ROOFMARK_MOVE), "")                           \
  ROOFMARK_STREAM(stream_write_nt, ROOFMARK_WRITE(ROOFMARK_MOVE_NT), ROOFMARK_FENCE)         \
  ROOFMARK_STREAM(stream_copy, ROOFMARK_COPY(ROOFMARK_MOVE), "")                             \
  ROOFMARK_STREAM(stream_copy_nt, ROOFMARK_COPY(ROOFMARK_MOVE_NT), ROOFMARK_FENCE)           \
  ROOFMARK_STREAM(stream_triad, ROOFMARK_TRIAD(ROOFMARK_MOVE), "")                           \
  ROOFMARK_STREAM(stream_triad_nt, ROOFMARK_TRIAD(ROOFMARK_MOVE_NT), ROOFMARK_FENCE)         \
  ROOFMARK_STREAM(stream_mix, ROOFMARK_MIX(ROOFMARK_MOVE), "")                               \
  ROOFMARK_STREAM(stream_mix_nt, ROOFMARK_MIX(ROOFMARK_MOVE_NT), ROOFMARK_FENCE)             \
  ROOFMARK_STREAM(stream_schoenauer, ROOFMARK_SCHOENAUER(ROOFMARK_MOVE), "")                 \
  ROOFMARK_STREAM(stream_schoenauer_grouped, ROOFMARK_SCHOENAUER_GROUPED(ROOFMARK_MOVE), "") \
  ROOFMARK_STREAM(stream_schoenauer_nt, ROOFMARK_SCHOENAUER(ROOFMARK_MOVE_NT), ROOFMARK_FENCE)
