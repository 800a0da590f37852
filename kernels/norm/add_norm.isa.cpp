// Residual add and the RMSNorm after it: per element 5 ops, 2 loads and 2 stores to memory.
#include "kernels/norm/norm_rows.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

ROOFMARK_EACH_ELEMENT(ROOFMARK_DEFINE_ADD_NORM)

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
