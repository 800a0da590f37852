// Matrix products of bytes on NEON vectors.
#include "probes/matrix/matrix.isa.h"
#include "probes/matrix/matrix_arm.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

ROOFMARK_NEON_DOT(matrix_i8, "smmla", "16b")

static const PipeLoop loops[] = {ROOFMARK_DESCRIBE_I8_TILES(16)};
const PipeLoops matrix_loops = {loops, sizeof loops / sizeof *loops, nullptr};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
