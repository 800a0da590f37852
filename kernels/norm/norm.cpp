// RMSNorm of a transformer block over [rows, cols].
#include "kernels/norm/norm.h"

#include "kernels/cold_task.h"
#include "kernels/native.h"

namespace roofmark {
namespace {

#define ROOFMARK_ROW(isa, vector_bytes) Leaf<NormLeaf>{#isa, isa_##isa::norm},
constexpr Leaf<NormLeaf> leaves[] = {ROOFMARK_EACH_ISA(ROOFMARK_ROW)};
#undef ROOFMARK_ROW

/// Per element a square and an add, a multiplication by the row's scale and one by w; x read, y
/// written. The weights are kept as wide as the activations, whatever the projections are quantized
/// to.
Work work(const Shape& shape, const Format& format) {
  Work work = elementwise_work(elements(shape), format, 4, 1, 1);
  work.weights = Bytes{static_cast<double>(shape.at("cols")) * bytes(format.activations)};
  work.read += work.weights;
  return work;
}

std::optional<Companion> companion(const Shape&, int) {
  return Companion{"copy", {.level = "dram", .stores = "ordinary"}};
}

std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return cold_task(Norm(leaf_of<NormLeaf>(leaves, what), what.shape, what.threads), what.threads,
                   device);
}

}  // namespace

std::vector<Kernel> norm_kernels() {
  return {{.name = "norm",
           .summary = "RMSNorm, y = w x / sqrt(mean(x^2) + eps)",
           .work = work,
           .companion = companion,
           .variants = native_variants<NormLeaf>(leaves, Format{}, prepare)}};
}

}  // namespace roofmark
