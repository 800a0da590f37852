// How a loop on registers is written on AArch64: assembly in which `.irp` repeats a line for each
// accumulator.
#pragma once

#include "probes/pipes.isa.h"

// >= 4 cycles latency x 4 pipes (Apple, Neoverse V): with 16 a core with four pipes read 62 %.
#define ROOFMARK_TWENTY_FOUR "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23"

#define ROOFMARK_EACH(list, line) ".irp r," list "\n" line "\n.endr\n"

#define ROOFMARK_ARM_CLOBBERS                                                                      \
  "cc", "memory", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", \
      "v13", "v14", "v15", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25",   \
      "v26", "v27"

// 24 accumulators in registers <q>0 to 23 and m1, c1, m2, c2 in 24 to 27; at(n): where register n
// of an array lies.  enter: what comes first.
#define ROOFMARK_PIPE(name, q, at, enter, turn)                                                \
  static void name(std::int64_t turns, const void* o, const void* start, void* end) {          \
    asm volatile(enter ROOFMARK_EACH(ROOFMARK_TWENTY_FOUR,                                   \
                                     "ldr " q "\\r, [%[start], " at("\\r") "]")              \
                 "ldr " q "24, [%[o]]\n"                                                     \
                 "ldr " q "25, [%[o], " at("1") "]\n"                                        \
                 "ldr " q "26, [%[o], " at("2") "]\n"                                        \
                 "ldr " q "27, [%[o], " at("3") "]\n"                                        \
                 ".p2align 6\n"                                                              \
                 "1:\n" turn                                                                 \
                 "subs %[turns], %[turns], #1\n"                                             \
                 "b.ne 1b\n" ROOFMARK_EACH(ROOFMARK_TWENTY_FOUR,                             \
                                           "str " q "\\r, [%[end], " at("\\r") "]")          \
                 : [turns] "+r"(turns)                                                       \
                 : [start] "r"(start), [end] "r"(end), [o] "r"(o)                            \
                 : ROOFMARK_ARM_CLOBBERS); \
  }

#define ROOFMARK_TWICE(first, second) \
  ROOFMARK_EACH(ROOFMARK_TWENTY_FOUR, first) ROOFMARK_EACH(ROOFMARK_TWENTY_FOUR, second)

#define ROOFMARK_AT_4(n) "#4*" n
#define ROOFMARK_AT_8(n) "#8*" n
#define ROOFMARK_AT_16(n) "#16*" n
#define ROOFMARK_AT_VL(n) "#" n ", mul vl"
