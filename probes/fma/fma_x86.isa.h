// The loops of the probes of plain arithmetic in AVX and later, at any width; a leaf says which:
// ROOFMARK_R register, and per element type its suffix t, bytes B and move.
#pragma once

#include "probes/pipes_x86.isa.h"

#define ROOFMARK_VEX(name, R, B, move, turn)                                                 \
  ROOFMARK_PIPE(name, ROOFMARK_TWELVE, move, R, B, ROOFMARK_FOUR_OPERANDS(move, R, B), turn, \
                "vzeroupper\n")

// 213: accumulator = accumulator * m + c.
#define ROOFMARK_FMA_TURN(t, R)                               \
  ROOFMARK_TWICE("vfmadd213" t " " R "13, " R "12, " R "\\r", \
                 "vfmadd213" t " " R "15, " R "14, " R "\\r")
#define ROOFMARK_ADD_TURN(t, R) \
  ROOFMARK_TWICE("vadd" t " " R "13, " R "\\r, " R "\\r", "vsub" t " " R "15, " R "\\r, " R "\\r")
#define ROOFMARK_MUL_TURN(t, R) \
  ROOFMARK_TWICE("vmul" t " " R "12, " R "\\r, " R "\\r", "vmul" t " " R "14, " R "\\r, " R "\\r")
#define ROOFMARK_DIV_TURN(t, R) \
  ROOFMARK_TWICE("vdiv" t " " R "12, " R "\\r, " R "\\r", "vdiv" t " " R "14, " R "\\r, " R "\\r")
// One value at a time takes the upper part of its result from the first source.
#define ROOFMARK_SQRT_TURN(t, R) \
  ROOFMARK_TWICE("vsqrt" t " " R "12, " R "\\r", "vsqrt" t " " R "14, " R "\\r")
#define ROOFMARK_SQRT_ONE_TURN(t, R) \
  ROOFMARK_TWICE("vsqrt" t " " R "12, " R "12, " R "\\r", "vsqrt" t " " R "14, " R "14, " R "\\r")

// Accumulators that products are added to, and others that a value is added to, two and two: cores
// with adders of their own issue both.  One register c holds every operand.  Zen 5 (five cycles
// from a sum of products to the next, two from a sum to the next) needs eleven and four of the
// fifteen that are left of sixteen registers and reads 80 % with eight and six; where an addition
// takes three cycles it is nine and six.
// clang-format off
#define ROOFMARK_QUAD(t, R, c, f, g, a, b) \
  "vfmadd231" t " " R c ", " R c ", " R #f "\n vfmadd231" t " " R c ", " R c ", " R #g "\n" \
  "vadd" t " " R c ", " R #a ", " R #a "\n vadd" t " " R c ", " R #b ", " R #b "\n"
#define ROOFMARK_MIX_11_4(t, R, c) \
  ROOFMARK_QUAD(t, R, c, 0, 1, 11, 12) ROOFMARK_QUAD(t, R, c, 2, 3, 13, 14) ROOFMARK_QUAD(t, R, c, 4, 5, 11, 12) \
  ROOFMARK_QUAD(t, R, c, 6, 7, 13, 14) ROOFMARK_QUAD(t, R, c, 8, 9, 11, 12) ROOFMARK_QUAD(t, R, c, 10, 0, 13, 14) \
  ROOFMARK_QUAD(t, R, c, 1, 2, 11, 12) ROOFMARK_QUAD(t, R, c, 3, 4, 13, 14) ROOFMARK_QUAD(t, R, c, 5, 6, 11, 12) \
  ROOFMARK_QUAD(t, R, c, 7, 8, 13, 14) ROOFMARK_QUAD(t, R, c, 9, 10, 11, 12) ROOFMARK_QUAD(t, R, c, 0, 1, 13, 14) \
  ROOFMARK_QUAD(t, R, c, 2, 3, 11, 12) ROOFMARK_QUAD(t, R, c, 4, 5, 13, 14) ROOFMARK_QUAD(t, R, c, 6, 7, 11, 12) \
  ROOFMARK_QUAD(t, R, c, 8, 9, 13, 14) ROOFMARK_QUAD(t, R, c, 10, 0, 11, 12) ROOFMARK_QUAD(t, R, c, 1, 2, 13, 14) \
  ROOFMARK_QUAD(t, R, c, 3, 4, 11, 12) ROOFMARK_QUAD(t, R, c, 5, 6, 13, 14) ROOFMARK_QUAD(t, R, c, 7, 8, 11, 12) \
  ROOFMARK_QUAD(t, R, c, 9, 10, 13, 14)
#define ROOFMARK_MIX_9_6(t, R, c) \
  ROOFMARK_QUAD(t, R, c, 0, 1, 9, 10) ROOFMARK_QUAD(t, R, c, 2, 3, 11, 12) ROOFMARK_QUAD(t, R, c, 4, 5, 13, 14) \
  ROOFMARK_QUAD(t, R, c, 6, 7, 9, 10) ROOFMARK_QUAD(t, R, c, 8, 0, 11, 12) ROOFMARK_QUAD(t, R, c, 1, 2, 13, 14) \
  ROOFMARK_QUAD(t, R, c, 3, 4, 9, 10) ROOFMARK_QUAD(t, R, c, 5, 6, 11, 12) ROOFMARK_QUAD(t, R, c, 7, 8, 13, 14)
#define ROOFMARK_MIX_12_12(t, R, c) \
  ROOFMARK_QUAD(t, R, c, 0, 1, 12, 13) ROOFMARK_QUAD(t, R, c, 2, 3, 14, 15) ROOFMARK_QUAD(t, R, c, 4, 5, 16, 17) \
  ROOFMARK_QUAD(t, R, c, 6, 7, 18, 19) ROOFMARK_QUAD(t, R, c, 8, 9, 20, 21) ROOFMARK_QUAD(t, R, c, 10, 11, 22, 23)
// clang-format on
#define ROOFMARK_FIFTEEN ROOFMARK_TWELVE ",12,13,14"
#define ROOFMARK_MIX_PIPE(name, list, turn, t, R, B, move, c)                          \
  ROOFMARK_PIPE(name, list, move, R, B, move " " B "(%[o]), " R c "\n", turn(t, R, c), \
                "vzeroupper\n")

// Every loop of one element type: fma_f32, add_f32, ...
#define ROOFMARK_ARITHMETIC(type, t, R, B, move, sqrt_turn)      \
  ROOFMARK_VEX(fma_##type, R, B, move, ROOFMARK_FMA_TURN(t, R))  \
  ROOFMARK_VEX(fadd_##type, R, B, move, ROOFMARK_ADD_TURN(t, R)) \
  ROOFMARK_VEX(fmul_##type, R, B, move, ROOFMARK_MUL_TURN(t, R)) \
  ROOFMARK_VEX(fdiv_##type, R, B, move, ROOFMARK_DIV_TURN(t, R)) \
  ROOFMARK_VEX(fsqrt_##type, R, B, move, sqrt_turn(t, R))

// fma_add of it, in sixteen registers and in those of AVX-512.
#define ROOFMARK_MIXES(type, t, R, B, move)                                                        \
  ROOFMARK_MIX_PIPE(fma_add_11x4_##type, ROOFMARK_FIFTEEN, ROOFMARK_MIX_11_4, t, R, B, move, "15") \
  ROOFMARK_MIX_PIPE(fma_add_9x6_##type, ROOFMARK_FIFTEEN, ROOFMARK_MIX_9_6, t, R, B, move, "15")
#define ROOFMARK_MIX(type, t, R, B, move) \
  ROOFMARK_MIX_PIPE(fma_add_##type, ROOFMARK_TWENTY_FOUR, ROOFMARK_MIX_12_12, t, R, B, move, "24")

// Their descriptions.  bytes: of a register.
#define ROOFMARK_DESCRIBE(type, bytes)                                                 \
  {"fma", #type, #type, PipeStep::scaled, bytes, 12, 24, 48, 1, fma_##type},           \
      {"fadd", #type, #type, PipeStep::added, bytes, 12, 24, 24, 1, fadd_##type},      \
      {"fmul", #type, #type, PipeStep::multiplied, bytes, 12, 24, 24, 1, fmul_##type}, \
      {"fdiv", #type, #type, PipeStep::divided, bytes, 12, 24, 24, 4, fdiv_##type}, {  \
    "fsqrt", #type, #type, PipeStep::rooted, bytes, 12, 24, 24, 4, fsqrt_##type        \
  }
#define ROOFMARK_DESCRIBE_MIX(type, bytes) \
  { "fma_add", #type, #type, PipeStep::mixed, bytes, 24, 24, 36, 1, fma_add_##type, 1, 12 }
#define ROOFMARK_DESCRIBE_MIXES(type, bytes)                                                     \
  {"fma_add", #type, #type, PipeStep::mixed, bytes, 15,    88, 132, 1, fma_add_11x4_##type, 1,   \
   11,        1,     1,     false,           false, "11x4"},                                     \
  {                                                                                              \
    "fma_add", #type, #type, PipeStep::mixed, bytes, 15, 36, 54, 1, fma_add_9x6_##type, 1, 9, 1, \
        1, false, false, "9x6"                                                                   \
  }
