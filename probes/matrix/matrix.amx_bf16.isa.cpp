// Products of AMX tiles of bf16.
#include "probes/matrix/matrix.isa.h"
#include "probes/matrix/matrix_amx.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

ROOFMARK_TILES(matrix_bf16, "tdpbf16ps")

static const PipeLoop loops[] = {{"matrix", "bf16", "f32", PipeStep::tiled, 1024, 5, 10, 640, 16,
                                  matrix_bf16, 32, 0, 16, 16, false, true}};
const PipeLoops matrix_loops = {loops, sizeof loops / sizeof *loops, nullptr};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
