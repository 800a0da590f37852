// Leaves of the probe of matrix instructions.
#pragma once

#include "leaves/matrix.h"
#include "probes/pipes.isa.h"

namespace roofmark {

#define ROOFMARK_DECLARE(isa, vector_bytes) \
  namespace isa_##isa {                     \
    extern const PipeLoops matrix_loops;    \
  }
ROOFMARK_EACH_ISA_OF_matrix(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE

}  // namespace roofmark
