// Rotary position embedding, of every type of element.
#include "kernels/rope/rope_loops.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

ROOFMARK_EACH_ELEMENT(ROOFMARK_DEFINE)

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
