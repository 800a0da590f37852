// Matrix products of few rows on a GPU: m = 2 ... of kernels/product.cuda.h.
#pragma once

#include "kernels/product.cuda.h"

namespace roofmark {

constexpr int skinny_simt_rows = 4, skinny_mma_rows = 16;  ///< m at most

/// f32, bf16, f16 and w8a8, on the ordinary cores.
void launch_skinny_simt(const ProductArguments& arguments, void* stream);
/// All but f32, on the matrix units.
void launch_skinny_mma(const ProductArguments& arguments, void* stream);

}  // namespace roofmark
