// Matrix-vector products whose weights are under way before the launch before them has ended.
#include "kernels/gemv/gemv.cuda.h"
#include "kernels/product_mma.cuh"

namespace roofmark {

void launch_gemv_overlap(const ProductArguments& arguments, void* stream) {
  launch_mma_product<1, true>(arguments, stream);
}

}  // namespace roofmark
