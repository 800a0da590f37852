// Leaves of the probes of multiply-add, addition, multiplication, division and square root.
#pragma once

#include "leaves/fma.h"
#include "probes/pipes.isa.h"

namespace roofmark {

#define ROOFMARK_DECLARE(isa, vector_bytes) \
  namespace isa_##isa {                     \
    extern const PipeLoops fma_loops;       \
  }
ROOFMARK_EACH_ISA_OF_fma(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE

}  // namespace roofmark
