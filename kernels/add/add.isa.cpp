// Residual add, of every type of element.
#include "kernels/add/add_loops.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

ROOFMARK_EACH_ELEMENT(ROOFMARK_DEFINE)

#define ROOFMARK_DEFINE_CONVERSIONS(T)                                \
  void widen(const T* x, float* y, std::int64_t count) {              \
    std::int64_t i = 0;                                               \
    for (; i + lanes <= count; i += lanes) store(y + i, load(x + i)); \
    for (; i < count; ++i) y[i] = load_one(x + i);                    \
  }                                                                   \
  void narrow(const float* x, T* y, std::int64_t count) {             \
    std::int64_t i = 0;                                               \
    for (; i + lanes <= count; i += lanes) store(y + i, load(x + i)); \
    for (; i < count; ++i) store_one(y + i, x[i]);                    \
  }
ROOFMARK_DEFINE_CONVERSIONS(bf16)
ROOFMARK_DEFINE_CONVERSIONS(f16)

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
