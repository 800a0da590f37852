// Rotary position embedding of queries and keys over [tokens, heads, head_dim]: a work model on
// CPUs.
#include "kernels/rope/rope_model.h"

namespace roofmark {

std::vector<Kernel> rope_kernels() {
  return {{.name = "rope",
           .summary = "rotary position embedding of queries and keys",
           .work = rope_work,
           .companion = rope_companion}};
}

}  // namespace roofmark
