// Matrix-vector products on the ordinary cores.
#include "kernels/gemv/gemv.cuda.h"
#include "kernels/product_simt.cuh"

namespace roofmark {

void launch_gemv_simt(const ProductArguments& arguments, void* stream) {
  switch (arguments.type) {
    case ProductType::f32:
      return launch_simt<float, 1>(arguments, stream);
    case ProductType::bf16:
      return launch_simt<gpu::Bf16, 1>(arguments, stream);
    case ProductType::f16:
      return launch_simt<gpu::F16, 1>(arguments, stream);
    case ProductType::w8a8:
      return launch_simt<Int8, 1>(arguments, stream);
    default:
      return;
  }
}

}  // namespace roofmark
