// Matrix product of bf16 by the dot products of FEAT_BF16.
#include "kernels/gemm/gemm_pairs.isa.h"
