// LayerNorm, of every type of element.
#include "kernels/norm/layer_norm_loops.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

ROOFMARK_EACH_ELEMENT(ROOFMARK_DEFINE)

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
