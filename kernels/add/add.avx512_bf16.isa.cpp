// Residual add of bf16 where the processor rounds to bf16.
#define ROOFMARK_NARROWS_TO_BF16

#include "kernels/add/add_loops.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

ROOFMARK_DEFINE(bf16)

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
