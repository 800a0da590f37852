// Softmax, of every type of element.
#include "kernels/softmax/softmax_loops.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

ROOFMARK_EACH_ELEMENT(ROOFMARK_DEFINE)

void exponentials(const float* x, float* y, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) store(y + i, exponential(load(x + i)));
  if (i < count) store_tail(y + i, count - i, exponential(load_tail(x + i, count - i, 0)));
}
void short_exponentials(const float* x, float* y, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) store(y + i, short_exponential(load(x + i)));
  if (i < count) store_tail(y + i, count - i, short_exponential(load_tail(x + i, count - i, 0)));
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
