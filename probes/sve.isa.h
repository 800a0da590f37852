// What every leaf of SVE needs: all lanes switched on, and the length of a vector.
#pragma once

#define ROOFMARK_ALL_LANES "ptrue p0.b\n"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

static inline int sve_vector_bytes() {
  long length = 0;
  asm("rdvl %0, #1" : "=r"(length));
  return static_cast<int>(length);
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
