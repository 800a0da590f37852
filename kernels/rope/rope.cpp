// Rotary position embedding of queries and keys over [tokens, heads, head_dim].
#include "kernels/rope/rope.h"

namespace roofmark {
namespace {

#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::rope, isa_##isa::rope_nt},
template <class T>
constexpr StoringLeaf<RopeLeaf<T>> leaves[] = {ROOFMARK_EACH_ISA(ROOFMARK_ROW)};
template <>
constexpr StoringLeaf<RopeLeaf<bf16>> leaves<bf16>[] = {ROOFMARK_EACH_ISA_OF_rope(ROOFMARK_ROW)};
#undef ROOFMARK_ROW

template <class T>
std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return leaf_task<Rope<T>>(leaf_of(leaves<T>, what), what, device);
}

constexpr std::string_view bf16_isas[] = {ROOFMARK_EACH_ISA_OF_rope(ROOFMARK_NAME)};

}  // namespace

std::vector<Kernel> rope_kernels() {
  return {{.name = "rope",
           .summary = "rotary position embedding of queries and keys",
           .work = rope_work,
           .companion = rope_companion,
           .format_error = rope_format_error,
           .variants =
               storing_variants({prepare<float>, prepare<bf16>, prepare<f16>}, copy_nt, bf16_isas),
           .rows_extent = "tokens"}};
}

}  // namespace roofmark
