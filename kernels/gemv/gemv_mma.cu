// Matrix-vector products on the matrix units.
#include "kernels/gemv/gemv.cuda.h"
#include "kernels/product_mma.cuh"

namespace roofmark {

void launch_gemv_mma(const ProductArguments& arguments, void* stream) {
  launch_mma_product<1>(arguments, stream);
}

}  // namespace roofmark
