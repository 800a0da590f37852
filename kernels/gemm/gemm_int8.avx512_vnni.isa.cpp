// Matrix product of 8 bits by the dot products of AVX512-VNNI.
#include "kernels/gemm/gemm_int8_offset.isa.h"
