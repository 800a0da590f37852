// The loops of dot products on AArch64: a lane adds the products of its elements of two operands.
#pragma once

#include "probes/pipes_arm.isa.h"

// lanes, elements: "4s" and "16b" of NEON's registers v, "s" and "b" of SVE's z.
#define ROOFMARK_DOT_TURN(op, v, lanes, elements)                                       \
  ROOFMARK_TWICE(op " " v "\\r\\()." lanes ", " v "24." elements ", " v "25." elements, \
                 op " " v "\\r\\()." lanes ", " v "26." elements ", " v "27." elements)
#define ROOFMARK_NEON_DOT(name, op, elements) \
  ROOFMARK_PIPE(name, "q", ROOFMARK_AT_16, "", ROOFMARK_DOT_TURN(op, "v", "4s", elements))
#define ROOFMARK_SVE_DOT(name, op, elements)                   \
  ROOFMARK_PIPE(name, "z", ROOFMARK_AT_VL, ROOFMARK_ALL_LANES, \
                ROOFMARK_DOT_TURN(op, "z", "s", elements))

#define ROOFMARK_DESCRIBE_I8(bytes) \
  { "dot", "i8", "i32", PipeStep::dotted, bytes, 24, 48, 384, 1, dot_i8, 4 }
#define ROOFMARK_DESCRIBE_BF16(bytes) \
  { "dot", "bf16", "f32", PipeStep::dotted, bytes, 24, 48, 192, 1, dot_bf16, 2 }
