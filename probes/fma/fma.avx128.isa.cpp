// Plain arithmetic on 128-bit registers with fused multiply-add.
#include "probes/fma/fma.isa.h"
#include "probes/fma/fma_x86.isa.h"
#include "probes/registers_16.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

ROOFMARK_ARITHMETIC(f32, "ps", "%%xmm", "16", "vmovups", ROOFMARK_SQRT_TURN)
ROOFMARK_ARITHMETIC(f64, "pd", "%%xmm", "16", "vmovups", ROOFMARK_SQRT_TURN)
ROOFMARK_MIXES(f32, "ps", "%%xmm", "16", "vmovups")
ROOFMARK_MIXES(f64, "pd", "%%xmm", "16", "vmovups")

static const PipeLoop loops[] = {ROOFMARK_DESCRIBE(f32, 16), ROOFMARK_DESCRIBE(f64, 16),
                                 ROOFMARK_DESCRIBE_MIXES(f32, 16),
                                 ROOFMARK_DESCRIBE_MIXES(f64, 16)};
const PipeLoops fma_loops = {loops, sizeof loops / sizeof *loops, nullptr};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
