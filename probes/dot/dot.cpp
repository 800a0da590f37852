// Peak rate of dot products of narrow numbers, a few to each lane of a vector.
#include "probes/dot/dot.isa.h"
#include "probes/pipe_probe.h"

namespace roofmark {
namespace {

#define ROOFMARK_ROW(isa, vector_bytes) {#isa, &isa_##isa::dot_loops},
constexpr PipeLeaf leaves[] = {ROOFMARK_EACH_ISA_OF_dot(ROOFMARK_ROW)};
#undef ROOFMARK_ROW

std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return prepare_pipe(leaves, what, device);
}

std::vector<Site> sites(const Machine& machine, const Variant& variant, int threads) {
  return pipe_sites(leaves, "dot", machine, variant, threads);
}

}  // namespace

std::vector<Kernel> dot_kernels() {
  return {pipe_kernel("dot", "peak rate of dot products of narrow numbers on vectors", leaves,
                      prepare, sites)};
}

}  // namespace roofmark
