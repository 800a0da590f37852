// Matrix products of few rows on the ordinary cores.
#include "kernels/gemm/skinny.cuda.h"
#include "kernels/product_simt.cuh"

namespace roofmark {
namespace {

template <class T>
void launch(const ProductArguments& arguments, void* stream) {
  if (arguments.m <= 2) {
    launch_simt<T, 2>(arguments, stream);
  } else {
    launch_simt<T, skinny_simt_rows>(arguments, stream);
  }
}

}  // namespace

void launch_skinny_simt(const ProductArguments& arguments, void* stream) {
  switch (arguments.type) {
    case ProductType::f32:
      return launch<float>(arguments, stream);
    case ProductType::bf16:
      return launch<gpu::Bf16>(arguments, stream);
    case ProductType::f16:
      return launch<gpu::F16>(arguments, stream);
    case ProductType::w8a8:
      return launch<Int8>(arguments, stream);
    default:
      return;
  }
}

}  // namespace roofmark
