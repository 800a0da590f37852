// The loops of the probes of plain arithmetic on AArch64: NEON, SVE and one value at a time.  A
// leaf says how register n is written: reg(n), and how it is loaded: q and at of ROOFMARK_PIPE.
#pragma once

#include "probes/pipes_arm.isa.h"

// All turns are written with op(instruction, destination, sources): the forms differ.
#define ROOFMARK_FMA_TURN(fma, reg)                                 \
  ROOFMARK_TWICE(fma("fmla", reg("\\r\\()"), reg("24"), reg("25")), \
                 fma("fmla", reg("\\r\\()"), reg("26"), reg("27")))
#define ROOFMARK_ONE_TURN(first, second, reg, m, n)                        \
  ROOFMARK_TWICE(first " " reg("\\r\\()") ", " reg("\\r\\()") ", " reg(m), \
                 second " " reg("\\r\\()") ", " reg("\\r\\()") ", " reg(n))

// Twelve accumulators that products are added to and twelve that a value is added to, two and two:
// cores with adders of their own issue both.
#define ROOFMARK_QUAD(fma, reg, f, g, a, b) \
  fma("fmla", reg(f), reg("25"), reg("25")) "\n" fma("fmla", reg(g), reg("25"), reg("25"))        \
      "\n fadd " reg(a) ", " reg(a) ", " reg("25") "\n fadd " reg(b) ", " reg(b) ", " reg("25") "\n"
#define ROOFMARK_MIX_TURN(fma, reg)             \
  ROOFMARK_QUAD(fma, reg, "0", "1", "12", "13") \
  ROOFMARK_QUAD(fma, reg, "2", "3", "14", "15") \
  ROOFMARK_QUAD(fma, reg, "4", "5", "16", "17") \
  ROOFMARK_QUAD(fma, reg, "6", "7", "18", "19") \
  ROOFMARK_QUAD(fma, reg, "8", "9", "20", "21") ROOFMARK_QUAD(fma, reg, "10", "11", "22", "23")

// Every loop of one element type.  unary, division: the forms of fsqrt and fdiv.
#define ROOFMARK_ARITHMETIC(type, q, at, enter, reg, fma, division, unary)                      \
  ROOFMARK_PIPE(fma_##type, q, at, enter, ROOFMARK_FMA_TURN(fma, reg))                          \
  ROOFMARK_PIPE(fadd_##type, q, at, enter, ROOFMARK_ONE_TURN("fadd", "fsub", reg, "25", "27"))  \
  ROOFMARK_PIPE(fmul_##type, q, at, enter, ROOFMARK_ONE_TURN("fmul", "fmul", reg, "24", "26"))  \
  ROOFMARK_PIPE(                                                                                \
      fdiv_##type, q, at, enter,                                                                \
      ROOFMARK_TWICE(division(reg("\\r\\()"), reg("24")), division(reg("\\r\\()"), reg("26")))) \
  ROOFMARK_PIPE(fsqrt_##type, q, at, enter,                                                     \
                ROOFMARK_TWICE(unary("fsqrt", reg("\\r\\()"), reg("24")),                       \
                               unary("fsqrt", reg("\\r\\()"), reg("26"))))                      \
  ROOFMARK_PIPE(fma_add_##type, q, at, enter, ROOFMARK_MIX_TURN(fma, reg))

// Vectors of NEON write "v0.4s", one value "s0", SVE "z0.s".
#define ROOFMARK_V_4S(n) "v" n ".4s"
#define ROOFMARK_V_2D(n) "v" n ".2d"
#define ROOFMARK_V_8H(n) "v" n ".8h"
#define ROOFMARK_S(n) "s" n
#define ROOFMARK_D(n) "d" n
#define ROOFMARK_Z_S(n) "z" n ".s"
#define ROOFMARK_Z_D(n) "z" n ".d"
#define ROOFMARK_Z_H(n) "z" n ".h"

#define ROOFMARK_PLAIN_FMA(op, x, m, c) op " " x ", " m ", " c
#define ROOFMARK_PLAIN_DIV(x, m) "fdiv " x ", " x ", " m
#define ROOFMARK_PLAIN_UNARY(op, x, m) op " " x ", " m
// One value: fmadd names what is added to.
#define ROOFMARK_ONE_FMA(op, x, m, c) "fmadd " x ", " m ", " c ", " x
#define ROOFMARK_SVE_FMA(op, x, m, c) op " " x ", p0/m, " m ", " c
#define ROOFMARK_SVE_DIV(x, m) "fdiv " x ", p0/m, " x ", " m
#define ROOFMARK_SVE_UNARY(op, x, m) op " " x ", p0/m, " m

#define ROOFMARK_NEON(type, reg)                                                                  \
  ROOFMARK_ARITHMETIC(type, "q", ROOFMARK_AT_16, "", reg, ROOFMARK_PLAIN_FMA, ROOFMARK_PLAIN_DIV, \
                      ROOFMARK_PLAIN_UNARY)

#define ROOFMARK_DESCRIBE(type, bytes)                                                         \
  {"fma", #type, #type, PipeStep::accumulated, bytes, 24, 48, 96, 1, fma_##type},              \
      {"fadd", #type, #type, PipeStep::added, bytes, 24, 48, 48, 1, fadd_##type},              \
      {"fmul", #type, #type, PipeStep::multiplied, bytes, 24, 48, 48, 1, fmul_##type},         \
      {"fma_add", #type, #type, PipeStep::mixed, bytes, 24, 24, 36, 1, fma_add_##type, 1, 12}, \
      {"fdiv", #type, #type, PipeStep::divided, bytes, 24, 48, 48, 4, fdiv_##type}, {          \
    "fsqrt", #type, #type, PipeStep::rooted, bytes, 24, 48, 48, 4, fsqrt_##type                \
  }
