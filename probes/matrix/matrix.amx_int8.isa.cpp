// Products of AMX tiles of bytes.
#include "probes/matrix/matrix.isa.h"
#include "probes/matrix/matrix_amx.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

ROOFMARK_TILES(matrix_i8, "tdpbssd")

static const PipeLoop loops[] = {{"matrix", "i8", "i32", PipeStep::tiled, 1024, 5, 10, 1280, 16,
                                  matrix_i8, 64, 0, 16, 16, false, true}};
const PipeLoops matrix_loops = {loops, sizeof loops / sizeof *loops, nullptr};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
