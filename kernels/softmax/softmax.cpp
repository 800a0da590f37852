// Softmax of attention scores over [rows, cols].
#include "kernels/softmax/softmax.h"

#include "kernels/cpu_task.h"
#include "kernels/native.h"
#include "kernels/vendor/onednn_task.h"

namespace roofmark {
namespace {

#define ROOFMARK_ROW(isa, vector_bytes) Leaf<SoftmaxLeaf>{#isa, isa_##isa::softmax},
constexpr Leaf<SoftmaxLeaf> leaves[] = {ROOFMARK_EACH_ISA(ROOFMARK_ROW)};
#undef ROOFMARK_ROW

std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return cpu_task(Softmax(leaf_of<SoftmaxLeaf>(leaves, what), what.shape, what.threads), what,
                  device);
}

}  // namespace

std::vector<Kernel> softmax_kernels() {
  std::vector<Variant> variants = native_variants<SoftmaxLeaf>(leaves, Format{}, prepare);
  for (Variant& variant : onednn_softmax_variants()) variants.push_back(std::move(variant));
  return {{.name = "softmax",
           .summary = "softmax of each row, y = e^(x - max x) / sum of the same",
           .work = softmax_work,
           .companion = softmax_companion,
           .variants = variants}};
}

}  // namespace roofmark
