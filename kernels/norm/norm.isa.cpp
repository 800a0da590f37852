// RMSNorm: per element 4 ops (square, add; times scale, times w), per row 2 more, 1 load and 1
// store to memory, and one load of w from the cache.
#include "kernels/norm/norm_rows.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

ROOFMARK_EACH_ELEMENT(ROOFMARK_DEFINE_NORM)

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
