// Residual add of a transformer block: y = x + r over [rows, cols].
#include "kernels/add/add.h"

#include "kernels/cpu_task.h"
#include "kernels/native.h"

namespace roofmark {
namespace {

#define ROOFMARK_ROW(isa, vector_bytes) Leaf<AddLeaf>{#isa, isa_##isa::add},
constexpr Leaf<AddLeaf> leaves[] = {ROOFMARK_EACH_ISA(ROOFMARK_ROW)};
#undef ROOFMARK_ROW

std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return cpu_task(Add(leaf_of<AddLeaf>(leaves, what), what.shape, what.threads), what, device);
}

}  // namespace

std::vector<Kernel> add_kernels() {
  return {{.name = "add",
           .summary = "residual add, y = x + r",
           .work = add_work,
           .companion = add_companion,
           .variants = native_variants<AddLeaf>(leaves, Format{}, prepare)}};
}

}  // namespace roofmark
