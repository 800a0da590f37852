// The loops of matrix instructions on AArch64: each 128 bits of an accumulator are 2 x 2 lanes, the
// products of two rows of one operand with two rows of the other.
#pragma once

#include "probes/dot/dot_arm.isa.h"

#define ROOFMARK_DESCRIBE_I8_TILES(bytes) \
  { "matrix", "i8", "i32", PipeStep::tiled, bytes, 24, 48, 768, 1, matrix_i8, 8, 0, 2, 2 }
#define ROOFMARK_DESCRIBE_BF16_TILES(bytes) \
  { "matrix", "bf16", "f32", PipeStep::tiled, bytes, 24, 48, 384, 1, matrix_bf16, 4, 0, 2, 2 }
