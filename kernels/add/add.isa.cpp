// y = x + r: per element 1 add, 2 loads, 1 store; 12 bytes moved.
#include <cstdint>

#include "core/vector.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

void add(const float* x, const float* r, float* y, std::int64_t count) {
  constexpr int unrolled = 4;  // vectors a turn: the loop's own instructions do not show
  std::int64_t i = 0;
  for (; i + unrolled * lanes <= count; i += unrolled * lanes) {
    vf32 sums[unrolled];
    for (int u = 0; u < unrolled; ++u) sums[u] = load(x + i + u * lanes) + load(r + i + u * lanes);
    for (int u = 0; u < unrolled; ++u) store(y + i + u * lanes, sums[u]);
  }
  for (; i < count; ++i) y[i] = x[i] + r[i];
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
