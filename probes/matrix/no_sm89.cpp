// matrix.sm89.cu in a build with a toolkit before 12.4, whose assembler has no fp8 products by
// mma.sync.
#include "core/error.h"
#include "probes/matrix/matrix.cuda.h"

namespace roofmark {
void launch_mma_fp8_f32(const MatrixLaunch&, void*) {
  throw AbsentError("built with a CUDA toolkit before 12.4, which has no fp8 products by mma.sync");
}
}  // namespace roofmark
