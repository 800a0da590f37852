// Matrix-vector product of 8 bits by the dot products of AVX-VNNI.
#include "kernels/gemv/gemv_int8_offset.isa.h"
