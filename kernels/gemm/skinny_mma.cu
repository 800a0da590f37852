// Matrix products of few rows on the matrix units.
#include "kernels/gemm/skinny.cuda.h"
#include "kernels/product_mma.cuh"

namespace roofmark {

void launch_skinny_mma(const ProductArguments& arguments, void* stream) {
  if (arguments.m <= 8) {
    launch_mma_product<8>(arguments, stream);
  } else {
    launch_mma_product<skinny_mma_rows>(arguments, stream);
  }
}

}  // namespace roofmark
