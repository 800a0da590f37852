// Matrix products of bf16 on SVE vectors.
#include "probes/matrix/matrix.isa.h"
#include "probes/matrix/matrix_arm.isa.h"
#include "probes/sve.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

ROOFMARK_SVE_DOT(matrix_bf16, "bfmmla", "h")

static const PipeLoop loops[] = {ROOFMARK_DESCRIBE_BF16_TILES(0)};
const PipeLoops matrix_loops = {loops, sizeof loops / sizeof *loops, sve_vector_bytes};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
