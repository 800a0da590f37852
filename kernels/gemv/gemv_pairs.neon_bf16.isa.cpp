// Matrix-vector product of bf16 by the dot products of FEAT_BF16.
#include "kernels/gemv/gemv_pairs.isa.h"
