// Instructions that multiply the parts of 4 bytes and add the products to a sum of 4, for leaves of
// the extensions that have them.  Assemblers know them whatever the compiler's flags.
#pragma once

#include "core/vector.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

#if defined(__x86_64__)

/// sum[i] += a[2i] b[2i] + a[2i+1] b[2i+1] of bf16; AVX512-BF16.  Denormals are taken as 0.
ROOFMARK_LEAF vf32 dot_bf16(vf32 sum, vu32 a, vu32 b) {
  asm("vdpbf16ps %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
  return sum;
}

/// sum[i] += a[4i] b[4i] + ... + a[4i+3] b[4i+3], a unsigned and b signed bytes; AVX512-VNNI, and
/// AVX-VNNI at 32 bytes.
ROOFMARK_LEAF vi32 dot_u8s8(vi32 sum, vu32 a, vu32 b) {
#if defined(__AVX512F__)
  asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
#else
  asm("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sum) : "x"(a), "x"(b));
#endif
  return sum;
}

#endif

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
