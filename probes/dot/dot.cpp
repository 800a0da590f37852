// Peak rate of dot products of narrow numbers, a few to each lane of a vector.
#include "probes/dot/dot.isa.h"
#include "probes/pipe_probe.h"

namespace roofmark {
namespace {

#define ROOFMARK_ROW(isa, vector_bytes) {#isa, &isa_##isa::dot_loops},
constexpr PipeLeaf leaves[] = {ROOFMARK_EACH_ISA_OF_dot(ROOFMARK_ROW)};
#undef ROOFMARK_ROW

constexpr char dot[] = "dot";

}  // namespace

std::vector<Kernel> dot_kernels() {
  return {pipe_kernel<leaves, dot>("peak rate of dot products of narrow numbers on vectors")};
}

}  // namespace roofmark
