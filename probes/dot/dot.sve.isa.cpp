// Dot products of bytes on SVE vectors.
#include "probes/dot/dot.isa.h"
#include "probes/dot/dot_arm.isa.h"
#include "probes/sve.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

ROOFMARK_SVE_DOT(dot_i8, "sdot", "b")

static const PipeLoop loops[] = {ROOFMARK_DESCRIBE_I8(0)};
const PipeLoops dot_loops = {loops, sizeof loops / sizeof *loops, sve_vector_bytes};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
