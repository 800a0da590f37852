// The loops of dot products on x86: a lane adds the products of its elements of two operands.
#pragma once

#include "probes/pipes_x86.isa.h"

// op names its second factor first: vpdpbusd takes signed bytes, then unsigned ones.
#define ROOFMARK_DOT(name, op, R, B)                                                      \
  ROOFMARK_PIPE(                                                                          \
      name, ROOFMARK_TWELVE, "vmovups", R, B, ROOFMARK_FOUR_OPERANDS("vmovups", R, B),    \
      ROOFMARK_TWICE(op " " R "13, " R "12, " R "\\r", op " " R "15, " R "14, " R "\\r"), \
      "vzeroupper\n")

// Twenty-four accumulators: bf16 on Zen 5 reads 91-93 % with twelve.
#define ROOFMARK_LONG_DOT(name, op, R, B)                                                  \
  ROOFMARK_PIPE(name, ROOFMARK_TWENTY_FOUR, "vmovups", R, B,                               \
                "vmovups (%[o]), " R "24\n vmovups " B "(%[o]), " R "25\n vmovups 2*" B    \
                "(%[o]), " R "26\n vmovups 3*" B "(%[o]), " R "27\n",                      \
                ROOFMARK_EACH(ROOFMARK_TWENTY_FOUR, op " " R "25, " R "24, " R "\\r")      \
                    ROOFMARK_EACH(ROOFMARK_TWENTY_FOUR, op " " R "27, " R "26, " R "\\r"), \
                "vzeroupper\n")

#define ROOFMARK_DESCRIBE_I8(bytes) \
  { "dot", "i8", "i32", PipeStep::dotted, bytes, 12, 24, 192, 1, dot_i8, 4, 0, 1, 1, true }
#define ROOFMARK_DESCRIBE_I16(bytes) \
  { "dot", "i16", "i32", PipeStep::dotted, bytes, 12, 24, 96, 1, dot_i16, 2 }
#define ROOFMARK_DESCRIBE_BF16(bytes) \
  { "dot", "bf16", "f32", PipeStep::dotted, bytes, 24, 48, 192, 1, dot_bf16, 2 }
