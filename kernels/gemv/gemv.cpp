// Matrix-vector product of a Linear layer over one token: y = W x.
#include "kernels/gemv/gemv.h"

#include "kernels/cpu_task.h"
#include "kernels/native.h"
#include "kernels/vendor/onednn_task.h"

namespace roofmark {
namespace {

#define ROOFMARK_ROW(isa, vector_bytes) Leaf<GemvLeaf>{#isa, isa_##isa::gemv},
constexpr Leaf<GemvLeaf> leaves[] = {ROOFMARK_EACH_ISA(ROOFMARK_ROW)};
#undef ROOFMARK_ROW

/// All but one in a thousand of its bytes are weights, read once.
std::optional<Companion> companion(const Shape&, int) {
  return Companion{"read", {.level = "dram"}};
}

std::unique_ptr<Task> prepare_native(const Case& what, Device& device) {
  return cpu_task(NativeGemv(leaf_of<GemvLeaf>(leaves, what), what.shape, what.threads), what,
                  device);
}

std::unique_ptr<Task> prepare_blas(const Case& what, Device& device) {
  return cpu_task(BlasGemv(what.shape, what.threads), what, device);
}

}  // namespace

std::vector<Kernel> gemv_kernels() {
  std::vector<Variant> variants = native_variants<GemvLeaf>(leaves, Format{}, prepare_native);
  variants.push_back({.name = "openblas",
                      .device = "cpu",
                      .prepare = prepare_blas,
                      .unavailable = blas_obstacle()});
  for (Variant& variant : onednn_product_variants()) variants.push_back(std::move(variant));
  return {{.name = "gemv",
           .summary = "matrix-vector product of a Linear layer, y[n] = W[n,k] x[k]",
           .work = product_work,
           .companion = companion,
           .variants = variants}};
}

}  // namespace roofmark
