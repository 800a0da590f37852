// Dot products of bf16 on SVE vectors.
#include "probes/dot/dot.isa.h"
#include "probes/dot/dot_arm.isa.h"
#include "probes/sve.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

ROOFMARK_SVE_DOT(dot_bf16, "bfdot", "h")

static const PipeLoop loops[] = {ROOFMARK_DESCRIBE_BF16(0)};
const PipeLoops dot_loops = {loops, sizeof loops / sizeof *loops, sve_vector_bytes};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
