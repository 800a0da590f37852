// Dot products of bf16 on NEON vectors.
#include "probes/dot/dot.isa.h"
#include "probes/dot/dot_arm.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

ROOFMARK_NEON_DOT(dot_bf16, "bfdot", "8h")

static const PipeLoop loops[] = {ROOFMARK_DESCRIBE_BF16(16)};
const PipeLoops dot_loops = {loops, sizeof loops / sizeof *loops, nullptr};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
