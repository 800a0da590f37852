// Softmax of attention scores over [rows, cols].
#include "kernels/softmax/softmax.h"

#include "kernels/cold_task.h"
#include "kernels/native.h"

namespace roofmark {
namespace {

#define ROOFMARK_ROW(isa, vector_bytes) Leaf<SoftmaxLeaf>{#isa, isa_##isa::softmax},
constexpr Leaf<SoftmaxLeaf> leaves[] = {ROOFMARK_EACH_ISA(ROOFMARK_ROW)};
#undef ROOFMARK_ROW

/// Per element maximum, subtraction, exponential, addition and scale, each counted as one; x read
/// and y written.  Masked elements count: they are in memory.
Work work(const Shape& shape, const Format& format) {
  return elementwise_work(elements(shape), format, 5, 1, 1);
}

std::optional<Companion> companion(const Shape&, int) {
  return Companion{"copy", {.level = "dram", .stores = "ordinary"}};
}

std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return cold_task(Softmax(leaf_of<SoftmaxLeaf>(leaves, what), what.shape, what.threads),
                   what.threads, device);
}

}  // namespace

std::vector<Kernel> softmax_kernels() {
  return {{.name = "softmax",
           .summary = "softmax of each row, y = e^(x - max x) / sum of the same",
           .work = work,
           .companion = companion,
           .variants = native_variants<SoftmaxLeaf>(leaves, Format{}, prepare)}};
}

}  // namespace roofmark
