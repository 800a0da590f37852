// Softmax of attention scores over [rows, cols].
#include "kernels/softmax/softmax.h"

#include "kernels/vendor/onednn_task.h"

namespace roofmark {
namespace {

#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::softmax, isa_##isa::softmax_nt},
template <class T>
constexpr StoringLeaf<SoftmaxLeaf<T>> leaves[] = {ROOFMARK_EACH_ISA(ROOFMARK_ROW)};
template <>
constexpr StoringLeaf<SoftmaxLeaf<bf16>> leaves<bf16>[] = {
    ROOFMARK_EACH_ISA_OF_softmax(ROOFMARK_ROW)};
#undef ROOFMARK_ROW

template <class T>
std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return leaf_task<Softmax<T>>(leaf_of(leaves<T>, what), what, device);
}

constexpr std::string_view bf16_isas[] = {ROOFMARK_EACH_ISA_OF_softmax(ROOFMARK_NAME)};

}  // namespace

std::vector<Kernel> softmax_kernels() {
  std::vector<Variant> variants =
      storing_variants({prepare<float>, prepare<bf16>, prepare<f16>}, copy_nt, bf16_isas);
  for (Variant& variant : onednn_softmax_variants()) variants.push_back(std::move(variant));
  return {{.name = "softmax",
           .summary = "softmax of each row, y = e^(x - max x) / sum of the same",
           .work = softmax_work,
           .companion = softmax_companion,
           .format_error = softmax_format_error,
           .variants = std::move(variants),
           .rows_extent = "rows",
           .resident_companion = "exp"}};
}

}  // namespace roofmark
