// RMSNorm: per element 4 ops (square, add; times scale, times w), 1 load and 1 store to memory, and
// one load of w from the cache.  A row is read from memory once: the second pass finds it in L1.
#include <cstdint>

#include "core/vector.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

ROOFMARK_LEAF float sum_of_squares(const float* x, std::int64_t cols) {
  vf32 a{}, b{}, c{}, d{};
  std::int64_t i = 0;
  for (; i + 4 * lanes <= cols; i += 4 * lanes) {
    const vf32 xa = load(x + i), xb = load(x + i + lanes);
    const vf32 xc = load(x + i + 2 * lanes), xd = load(x + i + 3 * lanes);
    a += xa * xa;
    b += xb * xb;
    c += xc * xc;
    d += xd * xd;
  }
  for (; i + lanes <= cols; i += lanes) a += load(x + i) * load(x + i);
  float rest = 0;
  for (; i < cols; ++i) rest += x[i] * x[i];
  return sum((a + b) + (c + d)) + rest;
}

ROOFMARK_LEAF void scale(const float* x, const float* w, float* y, std::int64_t cols,
                         float factor) {
  const vf32 f = broadcast(factor);
  std::int64_t i = 0;
  for (; i + 4 * lanes <= cols; i += 4 * lanes) {
    const vf32 a = load(x + i) * f * load(w + i);
    const vf32 b = load(x + i + lanes) * f * load(w + i + lanes);
    const vf32 c = load(x + i + 2 * lanes) * f * load(w + i + 2 * lanes);
    const vf32 d = load(x + i + 3 * lanes) * f * load(w + i + 3 * lanes);
    store(y + i, a);
    store(y + i + lanes, b);
    store(y + i + 2 * lanes, c);
    store(y + i + 3 * lanes, d);
  }
  for (; i < cols; ++i) y[i] = x[i] * factor * w[i];
}

}  // namespace

void norm(const float* x, const float* w, float* y, std::int64_t rows, std::int64_t cols,
          float eps) {
  for (std::int64_t r = 0; r < rows; ++r) {
    const float* in = x + r * cols;
    const float mean = sum_of_squares(in, cols) / static_cast<float>(cols);
    scale(in, w, y + r * cols, cols, 1.0f / __builtin_sqrtf(mean + eps));
  }
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
