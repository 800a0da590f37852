// Rotary position embedding of queries and keys over [tokens, heads, head_dim]: a work model.
#include "core/kernel.h"
#include "kernels/rows.h"

namespace roofmark {
namespace {

/// Each pair of elements is turned in its plane: 4 multiplications and 2 additions for two
/// elements, so 3 ops per element; read and written once.  `heads` counts query and key heads
/// together.  The sines and cosines of a position are shared by every head and layer and are not
/// counted. Source: Su et al. 2021, arXiv:2104.09864, eq. 34.
Work work(const Shape& shape, const Format& format) {
  const std::int64_t count = shape.at("tokens") * shape.at("heads") * shape.at("head_dim");
  return elementwise_work(count, format, 3, 1, 1);
}

}  // namespace

std::vector<Kernel> rope_kernels() {
  return {
      {.name = "rope", .summary = "rotary position embedding of queries and keys", .work = work}};
}

}  // namespace roofmark
