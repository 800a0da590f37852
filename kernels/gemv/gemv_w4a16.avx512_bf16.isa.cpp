// Matrix-vector product of 4-bit weights and f16 activations by the dot products of AVX512-BF16.
#include "kernels/gemv/gemv_w4a16.isa.h"
