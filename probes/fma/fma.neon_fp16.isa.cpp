// Plain arithmetic on NEON vectors of f16.
#include "probes/fma/fma.isa.h"
#include "probes/fma/fma_arm.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

ROOFMARK_NEON(f16, ROOFMARK_V_8H)

static const PipeLoop loops[] = {ROOFMARK_DESCRIBE(f16, 16)};
const PipeLoops fma_loops = {loops, sizeof loops / sizeof *loops, nullptr};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
