// How a loop on registers is written on x86: assembly in which `.irp` repeats a line for each
// accumulator.  Left to a compiler, GCC 12 spilled 24 accumulators to memory, and an AVX-512 "peak"
// read 103 instead of 226 Gop/s.  Which registers there are says one of registers_*.isa.h.
#pragma once

#include "probes/pipes.isa.h"

// >= 4 cycles latency x 2 pipes, and with 4 operands they fill 16 registers exactly.
#define ROOFMARK_TWELVE "0,1,2,3,4,5,6,7,8,9,10,11"
// Of the 32 registers of AVX-512.
#define ROOFMARK_TWENTY_FOUR ROOFMARK_TWELVE ",12,13,14,15,16,17,18,19,20,21,22,23"

#define ROOFMARK_EACH(list, line) ".irp r," list "\n" line "\n.endr\n"

// move: how a register R of B bytes is loaded and stored.  operands: lines that load them.
#define ROOFMARK_PIPE(name, list, move, R, B, operands, turn, leave)                       \
  static void name(std::int64_t turns, const void* o, const void* start, void* end) {      \
    asm volatile(ROOFMARK_EACH(list, move " \\r*" B "(%[start]), " R "\\r") operands       \
                 ".p2align 6\n"                                                            \
                 "1:\n" turn                                                               \
                 "decq %[turns]\n"                                                         \
                 "jnz 1b\n" ROOFMARK_EACH(list, move " " R "\\r, \\r*" B "(%[end])") leave \
                 : [turns] "+r"(turns)                                                     \
                 : [start] "r"(start), [end] "r"(end), [o] "r"(o)                          \
                 : ROOFMARK_CLOBBERS);                                                     \
  }

// m1, c1, m2, c2 in registers 12 to 15.
#define ROOFMARK_FOUR_OPERANDS(move, R, B)                                                       \
  move " (%[o]), " R "12\n" move " " B "(%[o]), " R "13\n" move " 2*" B "(%[o]), " R "14\n" move \
       " 3*" B "(%[o]), " R "15\n"

// A line for each accumulator with the first two operands, then one with the other two.
#define ROOFMARK_TWICE(first, second) \
  ROOFMARK_EACH(ROOFMARK_TWELVE, first) ROOFMARK_EACH(ROOFMARK_TWELVE, second)
