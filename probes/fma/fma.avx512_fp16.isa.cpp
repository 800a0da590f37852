// Plain arithmetic on 512-bit registers of f16.
#include "probes/fma/fma.isa.h"
#include "probes/fma/fma_x86.isa.h"
#include "probes/registers_32.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

ROOFMARK_ARITHMETIC(f16, "ph", "%%zmm", "64", "vmovups", ROOFMARK_SQRT_TURN)
ROOFMARK_MIX(f16, "ph", "%%zmm", "64", "vmovups")

static const PipeLoop loops[] = {ROOFMARK_DESCRIBE(f16, 64), ROOFMARK_DESCRIBE_MIX(f16, 64)};
const PipeLoops fma_loops = {loops, sizeof loops / sizeof *loops, nullptr};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
