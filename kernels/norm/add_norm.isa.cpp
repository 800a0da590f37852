// Residual add and the RMSNorm after it: per element 5 ops, 2 loads and 2 stores to memory.
// Ordinary stores alone: h is read again while the next row is made.
#include <cstdint>

#include "kernels/norm/norm_rows.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

#define ROOFMARK_DEFINE(T)                                                         \
  void add_norm(const T* x, const T* r, const T* w, T* h, T* y, std::int64_t rows, \
                std::int64_t cols, float eps) {                                    \
    normalize<Stores::ordinary>(SummedRows<T>{x, r, h}, w, y, rows, cols, eps);    \
  }
ROOFMARK_EACH_ELEMENT(ROOFMARK_DEFINE)

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
