// RMSNorm of a transformer block over [rows, cols]; LayerNorm by the vendor alone.
#include "kernels/norm/norm.h"

#include "kernels/cpu_task.h"
#include "kernels/native.h"
#include "kernels/vendor/onednn_task.h"

namespace roofmark {
namespace {

#define ROOFMARK_ROW(isa, vector_bytes) Leaf<NormLeaf>{#isa, isa_##isa::norm},
constexpr Leaf<NormLeaf> leaves[] = {ROOFMARK_EACH_ISA(ROOFMARK_ROW)};
#undef ROOFMARK_ROW

std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return cpu_task(Norm(leaf_of<NormLeaf>(leaves, what), what.shape, what.threads), what, device);
}

}  // namespace

std::vector<Kernel> norm_kernels() {
  std::vector<Variant> norms = native_variants<NormLeaf>(leaves, Format{}, prepare);
  norms.push_back(onednn_norm_variant());
  return {{.name = "norm",
           .summary = "RMSNorm, y = w x / sqrt(mean(x^2) + eps)",
           .work = norm_work,
           .companion = norm_companion,
           .variants = norms},
          {.name = "layer_norm",
           .summary = "LayerNorm, y = w (x - mean x) / sqrt(var x + eps) + b",
           .work = layer_norm_work,
           .companion = norm_companion,
           .variants = {onednn_layer_norm_variant()}}};
}

}  // namespace roofmark
