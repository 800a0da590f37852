// Residual add of a transformer block: y = x + r over [rows, cols].
#include "kernels/add/add.h"

namespace roofmark {
namespace {

#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::add, isa_##isa::add_nt},
template <class T>
constexpr StoringLeaf<AddLeaf<T>> leaves[] = {ROOFMARK_EACH_ISA(ROOFMARK_ROW)};
template <>
constexpr StoringLeaf<AddLeaf<bf16>> leaves<bf16>[] = {ROOFMARK_EACH_ISA_OF_add(ROOFMARK_ROW)};
#undef ROOFMARK_ROW

template <class T>
std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return leaf_task<Add<T>>(leaf_of(leaves<T>, what), what, device);
}

constexpr std::string_view bf16_isas[] = {ROOFMARK_EACH_ISA_OF_add(ROOFMARK_NAME)};

}  // namespace

std::vector<Kernel> add_kernels() {
  return {{.name = "add",
           .summary = "residual add, y = x + r",
           .work = add_work,
           .companion = add_companion,
           .format_error = add_format_error,
           .variants =
               storing_variants({prepare<float>, prepare<bf16>, prepare<f16>}, triad_nt, bf16_isas),
           .rows_extent = "rows"}};
}

}  // namespace roofmark
