// What the attention kernel is on every device; each adds the variants it has.
#pragma once

#include "core/kernel.h"

namespace roofmark {

/// Without variants.  Extents: queries fresh cached heads kv_heads head_dim.
Kernel attention_kernel();

}  // namespace roofmark
