// The loops of the probes of plain arithmetic in SSE2, which writes one of its two operands and has
// no fused multiply-add.
#pragma once

#include "probes/pipes_x86.isa.h"

#define ROOFMARK_SSE2(name, turn)                               \
  ROOFMARK_PIPE(name, ROOFMARK_TWELVE, "movups", "%%xmm", "16", \
                ROOFMARK_FOUR_OPERANDS("movups", "%%xmm", "16"), turn, "")

// Eight chains multiply and seven add, as often one as the other, so that a core with separate
// adders shows both.  One operand for both leaves fifteen registers.  With seven chains of
// each, 3.5 cycles apart where a multiply takes three, a Zen 5 core read 80 % of its rate; with
// eight and seven it reads 96-100 %.
#define ROOFMARK_FIFTEEN ROOFMARK_TWELVE ",12,13,14"
#define ROOFMARK_MUL(t, i) "mul" t " %%xmm15, %%xmm" #i "\n"
#define ROOFMARK_ADD(t, i) "add" t " %%xmm15, %%xmm" #i "\n"
#define ROOFMARK_SUB(t, i) "sub" t " %%xmm15, %%xmm" #i "\n"
#define ROOFMARK_SEVEN(t, op, a, b, c, d, e, f, g)                                        \
  ROOFMARK_MUL(t, a)                                                                      \
  ROOFMARK_##op(t, 8) ROOFMARK_MUL(t, b) ROOFMARK_##op(t, 9) ROOFMARK_MUL(t, c)           \
      ROOFMARK_##op(t, 10) ROOFMARK_MUL(t, d) ROOFMARK_##op(t, 11) ROOFMARK_MUL(t, e)     \
          ROOFMARK_##op(t, 12) ROOFMARK_MUL(t, f) ROOFMARK_##op(t, 13) ROOFMARK_MUL(t, g) \
              ROOFMARK_##op(t, 14)
#define ROOFMARK_SEPARATE_TURN(t)             \
  ROOFMARK_SEVEN(t, ADD, 0, 1, 2, 3, 4, 5, 6) \
  ROOFMARK_SEVEN(t, SUB, 7, 0, 1, 2, 3, 4, 5) \
  ROOFMARK_SEVEN(t, ADD, 6, 7, 0, 1, 2, 3, 4) \
  ROOFMARK_SEVEN(t, SUB, 5, 6, 7, 0, 1, 2, 3) \
  ROOFMARK_SEVEN(t, ADD, 4, 5, 6, 7, 0, 1, 2) \
  ROOFMARK_SEVEN(t, SUB, 3, 4, 5, 6, 7, 0, 1) \
  ROOFMARK_SEVEN(t, ADD, 2, 3, 4, 5, 6, 7, 0) \
  ROOFMARK_SEVEN(t, SUB, 1, 2, 3, 4, 5, 6, 7)

#define ROOFMARK_ARITHMETIC(type, t)                                                               \
  ROOFMARK_PIPE(fma_##type, ROOFMARK_FIFTEEN, "movups", "%%xmm", "16", "movups (%[o]), %%xmm15\n", \
                ROOFMARK_SEPARATE_TURN(t), "")                                                     \
  ROOFMARK_SSE2(fadd_##type,                                                                       \
                ROOFMARK_TWICE("add" t " %%xmm13, %%xmm\\r", "sub" t " %%xmm15, %%xmm\\r"))        \
  ROOFMARK_SSE2(fmul_##type,                                                                       \
                ROOFMARK_TWICE("mul" t " %%xmm12, %%xmm\\r", "mul" t " %%xmm14, %%xmm\\r"))        \
  ROOFMARK_SSE2(fdiv_##type,                                                                       \
                ROOFMARK_TWICE("div" t " %%xmm12, %%xmm\\r", "div" t " %%xmm14, %%xmm\\r"))        \
  ROOFMARK_SSE2(fsqrt_##type,                                                                      \
                ROOFMARK_TWICE("sqrt" t " %%xmm12, %%xmm\\r", "sqrt" t " %%xmm14, %%xmm\\r"))

#define ROOFMARK_DESCRIBE(type, bytes)                                                 \
  {"fma", #type, #type, PipeStep::separate, bytes, 15, 112, 112, 1, fma_##type},       \
      {"fadd", #type, #type, PipeStep::added, bytes, 12, 24, 24, 1, fadd_##type},      \
      {"fmul", #type, #type, PipeStep::multiplied, bytes, 12, 24, 24, 1, fmul_##type}, \
      {"fdiv", #type, #type, PipeStep::divided, bytes, 12, 24, 24, 4, fdiv_##type}, {  \
    "fsqrt", #type, #type, PipeStep::rooted, bytes, 12, 24, 24, 4, fsqrt_##type        \
  }
