// Softmax of each row in three passes over a row that stays in the cache: maximum, exponentials and
// their sum, scale.  Per element 5 ops (max, subtract, exp, add, multiply); 8 bytes to and from
// memory.
#include <cstdint>

#include "core/vector.isa.h"
#include "kernels/exp.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

constexpr int step = 4 * lanes;  // four vectors a turn hide the latency of max and add

/// The last 1 to lanes - 1 elements; the rest of the vector is `filler`.
ROOFMARK_LEAF vf32 load_tail(const float* at, std::int64_t count, float filler) {
  vf32 v = broadcast(filler);
  for (int i = 0; i < count; ++i) v[i] = at[i];
  return v;
}
ROOFMARK_LEAF void store_tail(float* at, std::int64_t count, vf32 v) {
  for (int i = 0; i < count; ++i) at[i] = v[i];
}

/// A NaN is passed over here and found by the exponentials.
ROOFMARK_LEAF vf32 larger(vf32 a, vf32 b) { return a > b ? a : b; }

ROOFMARK_LEAF float largest(vf32 v) {
  vf32x4 parts[lanes / 4];
  __builtin_memcpy(parts, &v, sizeof parts);
  for (int i = 1; i < lanes / 4; ++i) parts[0] = parts[i] > parts[0] ? parts[i] : parts[0];
  float most = parts[0][0];
  for (int i = 1; i < 4; ++i) most = parts[0][i] > most ? parts[0][i] : most;
  return most;
}

ROOFMARK_LEAF float maximum(const float* x, std::int64_t cols) {
  const float lowest = -__builtin_inff();
  vf32 a = broadcast(lowest), b = a, c = a, d = a;
  std::int64_t i = 0;
  for (; i + step <= cols; i += step) {
    a = larger(load(x + i), a);
    b = larger(load(x + i + lanes), b);
    c = larger(load(x + i + 2 * lanes), c);
    d = larger(load(x + i + 3 * lanes), d);
  }
  for (; i + lanes <= cols; i += lanes) a = larger(load(x + i), a);
  if (i < cols) b = larger(load_tail(x + i, cols - i, lowest), b);
  return largest(larger(larger(a, b), larger(c, d)));
}

/// y = e^(x - most); returns the sum.
ROOFMARK_LEAF float exponentials_and_sum(const float* x, float* y, std::int64_t cols, float most) {
  const vf32 m = broadcast(most);
  vf32 a{}, b{}, c{}, d{};
  std::int64_t i = 0;
  for (; i + step <= cols; i += step) {
    const vf32 ea = exponential(load(x + i) - m);
    const vf32 eb = exponential(load(x + i + lanes) - m);
    const vf32 ec = exponential(load(x + i + 2 * lanes) - m);
    const vf32 ed = exponential(load(x + i + 3 * lanes) - m);
    store(y + i, ea);
    store(y + i + lanes, eb);
    store(y + i + 2 * lanes, ec);
    store(y + i + 3 * lanes, ed);
    a += ea;
    b += eb;
    c += ec;
    d += ed;
  }
  for (; i + lanes <= cols; i += lanes) {
    const vf32 e = exponential(load(x + i) - m);
    store(y + i, e);
    a += e;
  }
  if (i < cols) {
    const vf32 e = exponential(load_tail(x + i, cols - i, -__builtin_inff()) - m);
    store_tail(y + i, cols - i, e);
    b += e;
  }
  return sum((a + b) + (c + d));
}

ROOFMARK_LEAF void scale(float* y, std::int64_t cols, float factor) {
  const vf32 f = broadcast(factor);
  std::int64_t i = 0;
  for (; i + step <= cols; i += step) {
    store(y + i, load(y + i) * f);
    store(y + i + lanes, load(y + i + lanes) * f);
    store(y + i + 2 * lanes, load(y + i + 2 * lanes) * f);
    store(y + i + 3 * lanes, load(y + i + 3 * lanes) * f);
  }
  for (; i < cols; ++i) y[i] *= factor;
}

}  // namespace

void softmax(const float* x, float* y, std::int64_t rows, std::int64_t cols) {
  for (std::int64_t r = 0; r < rows; ++r) {
    const float* in = x + r * cols;
    float* out = y + r * cols;
    const float most = maximum(in, cols);
    scale(out, cols, 1.0f / exponentials_and_sum(in, out, cols, most));
  }
}

void exponentials(const float* x, float* y, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) store(y + i, exponential(load(x + i)));
  if (i < count) store_tail(y + i, count - i, exponential(load_tail(x + i, count - i, 0)));
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
