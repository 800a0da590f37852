// RMSNorm: per element 4 ops (square, add; times scale, times w), 1 load and 1 store to memory, and
// one load of w from the cache.
#include <cstdint>

#include "kernels/norm/norm_rows.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

#define ROOFMARK_DEFINE(T)                                                                      \
  void norm(const T* x, const T* w, T* y, std::int64_t rows, std::int64_t cols, float eps) {    \
    normalize<Stores::ordinary>(GivenRows<T>{x}, w, y, rows, cols, eps);                        \
  }                                                                                             \
  void norm_nt(const T* x, const T* w, T* y, std::int64_t rows, std::int64_t cols, float eps) { \
    if (!can_stream(y, cols)) return norm(x, w, y, rows, cols, eps);                            \
    normalize<Stores::nt>(GivenRows<T>{x}, w, y, rows, cols, eps);                              \
    finish_streams();                                                                           \
  }
ROOFMARK_EACH_ELEMENT(ROOFMARK_DEFINE)

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
