// Peak rate of matrix instructions: tiles of a register, or of AMX.
#include "probes/matrix/matrix.isa.h"
#include "probes/pipe_probe.h"

namespace roofmark {
namespace {

#define ROOFMARK_ROW(isa, vector_bytes) {#isa, &isa_##isa::matrix_loops},
constexpr PipeLeaf leaves[] = {ROOFMARK_EACH_ISA_OF_matrix(ROOFMARK_ROW)};
#undef ROOFMARK_ROW

constexpr char matrix[] = "matrix";

}  // namespace

std::vector<Kernel> matrix_kernels() {
  return {pipe_kernel<leaves, matrix>(
      "peak rate of dense products on matrix units, per number format")};
}

}  // namespace roofmark
