// Plain arithmetic on the vectors of each instruction set, f32 and f64.
#include "probes/fma/fma.isa.h"

#if defined(__AVX512F__)
#include "probes/fma/fma_x86.isa.h"
#include "probes/registers_32.isa.h"
#elif defined(__AVX2__)
#include "probes/fma/fma_x86.isa.h"
#include "probes/registers_16.isa.h"
#elif defined(__x86_64__)
#include "probes/fma/fma_sse2.isa.h"
#include "probes/registers_16.isa.h"
#else
#include "probes/fma/fma_arm.isa.h"
#endif

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

#if defined(__AVX512F__)
ROOFMARK_ARITHMETIC(f32, "ps", "%%zmm", "64", "vmovups", ROOFMARK_SQRT_TURN)
ROOFMARK_ARITHMETIC(f64, "pd", "%%zmm", "64", "vmovups", ROOFMARK_SQRT_TURN)
ROOFMARK_MIX(f32, "ps", "%%zmm", "64", "vmovups")
ROOFMARK_MIX(f64, "pd", "%%zmm", "64", "vmovups")
#define ROOFMARK_WITH_MIX ROOFMARK_DESCRIBE_MIX(f32, 64), ROOFMARK_DESCRIBE_MIX(f64, 64)
#elif defined(__AVX2__)
ROOFMARK_ARITHMETIC(f32, "ps", "%%ymm", "32", "vmovups", ROOFMARK_SQRT_TURN)
ROOFMARK_ARITHMETIC(f64, "pd", "%%ymm", "32", "vmovups", ROOFMARK_SQRT_TURN)
ROOFMARK_MIXES(f32, "ps", "%%ymm", "32", "vmovups")
ROOFMARK_MIXES(f64, "pd", "%%ymm", "32", "vmovups")
#define ROOFMARK_WITH_MIX ROOFMARK_DESCRIBE_MIXES(f32, 32), ROOFMARK_DESCRIBE_MIXES(f64, 32)
#elif defined(__x86_64__)
ROOFMARK_ARITHMETIC(f32, "ps")
ROOFMARK_ARITHMETIC(f64, "pd")
#define ROOFMARK_WITH_MIX  // its multiply-add is one already
#else
ROOFMARK_NEON(f32, ROOFMARK_V_4S)
ROOFMARK_NEON(f64, ROOFMARK_V_2D)
#define ROOFMARK_WITH_MIX
#endif

static const PipeLoop loops[] = {ROOFMARK_DESCRIBE(f32, ROOFMARK_VECTOR_BYTES),
                                 ROOFMARK_DESCRIBE(f64, ROOFMARK_VECTOR_BYTES), ROOFMARK_WITH_MIX};
const PipeLoops fma_loops = {loops, sizeof loops / sizeof *loops, nullptr};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
