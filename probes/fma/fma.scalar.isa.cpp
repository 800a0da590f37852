// Plain arithmetic on one value at a time.
#include "probes/fma/fma.isa.h"

#if defined(__x86_64__)
#include "probes/fma/fma_x86.isa.h"
#include "probes/registers_16.isa.h"
#else
#include "probes/fma/fma_arm.isa.h"
#endif

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

#if defined(__x86_64__)
ROOFMARK_ARITHMETIC(f32, "ss", "%%xmm", "4", "vmovss", ROOFMARK_SQRT_ONE_TURN)
ROOFMARK_ARITHMETIC(f64, "sd", "%%xmm", "8", "vmovsd", ROOFMARK_SQRT_ONE_TURN)
ROOFMARK_MIXES(f32, "ss", "%%xmm", "4", "vmovss")
ROOFMARK_MIXES(f64, "sd", "%%xmm", "8", "vmovsd")
#define ROOFMARK_WITH_MIX ROOFMARK_DESCRIBE_MIXES(f32, 4), ROOFMARK_DESCRIBE_MIXES(f64, 8)
#else
ROOFMARK_ARITHMETIC(f32, "s", ROOFMARK_AT_4, "", ROOFMARK_S, ROOFMARK_ONE_FMA, ROOFMARK_PLAIN_DIV,
                    ROOFMARK_PLAIN_UNARY)
ROOFMARK_ARITHMETIC(f64, "d", ROOFMARK_AT_8, "", ROOFMARK_D, ROOFMARK_ONE_FMA, ROOFMARK_PLAIN_DIV,
                    ROOFMARK_PLAIN_UNARY)
#define ROOFMARK_WITH_MIX
#endif

static const PipeLoop loops[] = {ROOFMARK_DESCRIBE(f32, 4), ROOFMARK_DESCRIBE(f64, 8),
                                 ROOFMARK_WITH_MIX};
const PipeLoops fma_loops = {loops, sizeof loops / sizeof *loops, nullptr};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
