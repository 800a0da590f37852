// Gated activation of an MLP over [rows, cols]: y = silu(gate) * up.  A work model.
#include "core/kernel.h"
#include "kernels/rows.h"

namespace roofmark {
namespace {

/// silu(g) = g / (1 + e^-g): negate, exponential, add and divide are 4 ops, the product with up is
/// the fifth.  Gate and up read, y written.
Work work(const Shape& shape, const Format& format) {
  return elementwise_work(elements(shape), format, 5, 2, 1);
}

}  // namespace

std::vector<Kernel> activation_kernels() {
  return {{.name = "activation", .summary = "gated activation, y = silu(gate) up", .work = work}};
}

}  // namespace roofmark
