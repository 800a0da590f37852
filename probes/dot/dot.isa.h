// Leaves of the probe of dot products.
#pragma once

#include "leaves/dot.h"
#include "probes/pipes.isa.h"

namespace roofmark {

#define ROOFMARK_DECLARE(isa, vector_bytes) \
  namespace isa_##isa {                     \
    extern const PipeLoops dot_loops;       \
  }
ROOFMARK_EACH_ISA_OF_dot(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE

}  // namespace roofmark
