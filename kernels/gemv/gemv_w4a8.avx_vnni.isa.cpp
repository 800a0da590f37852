// Matrix-vector product of 4-bit weights and 8-bit activations by the dot products of AVX-VNNI.
#include "kernels/gemv/gemv_w4a8.isa.h"
