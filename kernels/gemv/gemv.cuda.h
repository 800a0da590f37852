// Matrix-vector products on a GPU: m = 1 of kernels/product.cuda.h.
#pragma once

#include "kernels/product.cuda.h"

namespace roofmark {

/// f32, bf16, f16 and w8a8, on the ordinary cores.
void launch_gemv_simt(const ProductArguments& arguments, void* stream);
/// All but f32, on the matrix units.
void launch_gemv_mma(const ProductArguments& arguments, void* stream);
/// The same, its weights already under way while the launch before it ends (compute
/// capability 9.0). That launch must not write the weights or scales.
void launch_gemv_overlap(const ProductArguments& arguments, void* stream);

}  // namespace roofmark
