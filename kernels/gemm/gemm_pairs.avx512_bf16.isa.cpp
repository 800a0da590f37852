// Matrix product of bf16 by the dot products of AVX512-BF16.
#include "kernels/gemm/gemm_pairs.isa.h"
