// Plain arithmetic on SVE vectors, as long as the machine has them.
#include "probes/fma/fma.isa.h"
#include "probes/fma/fma_arm.isa.h"
#include "probes/sve.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

#define ROOFMARK_SVE(type, reg)                                                             \
  ROOFMARK_ARITHMETIC(type, "z", ROOFMARK_AT_VL, ROOFMARK_ALL_LANES, reg, ROOFMARK_SVE_FMA, \
                      ROOFMARK_SVE_DIV, ROOFMARK_SVE_UNARY)
ROOFMARK_SVE(f32, ROOFMARK_Z_S)
ROOFMARK_SVE(f64, ROOFMARK_Z_D)
ROOFMARK_SVE(f16, ROOFMARK_Z_H)

static const PipeLoop loops[] = {ROOFMARK_DESCRIBE(f32, 0), ROOFMARK_DESCRIBE(f64, 0),
                                 ROOFMARK_DESCRIBE(f16, 0)};
const PipeLoops fma_loops = {loops, sizeof loops / sizeof *loops, sve_vector_bytes};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
