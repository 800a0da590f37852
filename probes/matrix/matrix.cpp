// Peak rate of matrix instructions: tiles of a register, or of AMX.
#include "probes/matrix/matrix.isa.h"
#include "probes/pipe_probe.h"

namespace roofmark {
namespace {

#define ROOFMARK_ROW(isa, vector_bytes) {#isa, &isa_##isa::matrix_loops},
constexpr PipeLeaf leaves[] = {ROOFMARK_EACH_ISA_OF_matrix(ROOFMARK_ROW)};
#undef ROOFMARK_ROW

std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return prepare_pipe(leaves, what, device);
}

std::vector<Site> sites(const Machine& machine, const Variant& variant, int threads) {
  return pipe_sites(leaves, "matrix", machine, variant, threads);
}

}  // namespace

std::vector<Kernel> matrix_kernels() {
  return {pipe_kernel("matrix", "peak rate of dense products on matrix units, per number format",
                      leaves, prepare, sites)};
}

}  // namespace roofmark
