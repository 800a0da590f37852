// What the attention kernel is on every device; each adds the variants it has.
#pragma once

#include "core/kernel.h"

namespace roofmark {

/// Without variants.  Extents: queries fresh cached heads kv_heads head_dim, and where a model has
/// them window or chunk, and sinks.
Kernel attention_kernel();

/// Why no variant can take that shape, or empty.
std::string attention_refusal(const Shape& shape);

}  // namespace roofmark
