// Matrix products of bf16 on NEON vectors.
#include "probes/matrix/matrix.isa.h"
#include "probes/matrix/matrix_arm.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

ROOFMARK_NEON_DOT(matrix_bf16, "bfmmla", "8h")

static const PipeLoop loops[] = {ROOFMARK_DESCRIBE_BF16_TILES(16)};
const PipeLoops matrix_loops = {loops, sizeof loops / sizeof *loops, nullptr};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
