// y = x + r: per element 1 add, 2 loads, 1 store; 12 bytes moved.
#include <cstdint>

#include "core/vector.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

void add(const float* x, const float* r, float* y, std::int64_t count) {
  std::int64_t i = 0;
  // Four vectors a turn: enough loads in flight that the loop's own instructions do not show.
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
    const vf32 a = load(x + i) + load(r + i);
    const vf32 b = load(x + i + lanes) + load(r + i + lanes);
    const vf32 c = load(x + i + 2 * lanes) + load(r + i + 2 * lanes);
    const vf32 d = load(x + i + 3 * lanes) + load(r + i + 3 * lanes);
    store(y + i, a);
    store(y + i + lanes, b);
    store(y + i + 2 * lanes, c);
    store(y + i + 3 * lanes, d);
  }
  for (; i < count; ++i) y[i] = x[i] + r[i];
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
