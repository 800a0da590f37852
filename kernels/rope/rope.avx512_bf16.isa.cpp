// Rotary position embedding of bf16 where the processor rounds to bf16.
#define ROOFMARK_NARROWS_TO_BF16

#include "kernels/rope/rope_loops.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

ROOFMARK_DEFINE(bf16)

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
