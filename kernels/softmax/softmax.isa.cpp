// Softmax of each row in three passes: maximum, exponentials and their sum, scale.  Per element 5
// ops (max, subtract, exp, add, multiply) and 8 bytes to and from memory; the second and third pass
// find the row in the cache.  The exponentials take most of the time, so during them the next row
// is asked for: of the copy roof (Zen 5, AVX-512, one core, 2048 columns) 0.69 without, 0.90-1.0
// with.
#include <cstdint>

#include "core/exp.isa.h"
#include "core/vector.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

constexpr int unrolled = 4;   // vectors a turn of maximum and scale: covers the latency of max
constexpr int exponents = 2;  // of the exponentials, which fill the registers of AVX2 with more
constexpr int line = 64 / 4;
constexpr float infinity = __builtin_inff();

/// The last 1 to lanes - 1 elements; the rest of the vector is `filler`.
ROOFMARK_LEAF vf32 load_tail(const float* at, std::int64_t count, float filler) {
  vf32 v = broadcast(filler);
  for (int i = 0; i < count; ++i) v[i] = at[i];
  return v;
}
ROOFMARK_LEAF void store_tail(float* at, std::int64_t count, vf32 v) {
  for (int i = 0; i < count; ++i) at[i] = v[i];
}

/// b where either is NaN: a NaN among the elements is passed over, for the exponentials to find.
ROOFMARK_LEAF vf32 larger(vf32 a, vf32 b) { return a > b ? a : b; }

/// The largest lane, four at a time as in sum().
ROOFMARK_LEAF float largest(vf32 v) {
  vf32x4 parts[lanes / 4];
  __builtin_memcpy(parts, &v, sizeof parts);
  for (int i = 1; i < lanes / 4; ++i) parts[0] = parts[i] > parts[0] ? parts[i] : parts[0];
  float most = parts[0][0];
  for (int i = 1; i < 4; ++i) most = parts[0][i] > most ? parts[0][i] : most;
  return most;
}

ROOFMARK_LEAF float maximum(const float* x, std::int64_t cols) {
  vf32 most[unrolled];
  for (int u = 0; u < unrolled; ++u) most[u] = broadcast(-infinity);
  std::int64_t i = 0;
  for (; i + unrolled * lanes <= cols; i += unrolled * lanes) {
    for (int u = 0; u < unrolled; ++u) most[u] = larger(load(x + i + u * lanes), most[u]);
  }
  for (; i + lanes <= cols; i += lanes) most[0] = larger(load(x + i), most[0]);
  if (i < cols) most[1] = larger(load_tail(x + i, cols - i, -infinity), most[1]);
  return largest(larger(larger(most[0], most[1]), larger(most[2], most[3])));
}

/// y = e^(x - most); returns the sum.  Asks for what lies `ahead` elements further on.
ROOFMARK_LEAF float exponentials_and_sum(const float* x, float* y, std::int64_t cols, float most,
                                         std::int64_t ahead) {
  const vf32 m = broadcast(most);
  vf32 sums[exponents] = {};
  std::int64_t i = 0;
  for (; i + exponents * lanes <= cols; i += exponents * lanes) {
    for (int l = 0; l < exponents * lanes; l += line) {
      __builtin_prefetch(x + i + ahead + l);
      __builtin_prefetch(y + i + ahead + l, 1);
    }
    for (int u = 0; u < exponents; ++u) {
      const vf32 e = exponential(load(x + i + u * lanes) - m);
      store(y + i + u * lanes, e);
      sums[u] += e;
    }
  }
  for (; i + lanes <= cols; i += lanes) {
    const vf32 e = exponential(load(x + i) - m);
    store(y + i, e);
    sums[0] += e;
  }
  if (i < cols) {
    const vf32 e = exponential(load_tail(x + i, cols - i, -infinity) - m);
    store_tail(y + i, cols - i, e);
    sums[1] += e;
  }
  return sum(sums[0] + sums[1]);
}

ROOFMARK_LEAF void scale(float* y, std::int64_t cols, float factor) {
  const vf32 f = broadcast(factor);
  std::int64_t i = 0;
  for (; i + unrolled * lanes <= cols; i += unrolled * lanes) {
    for (int u = 0; u < unrolled; ++u) store(y + i + u * lanes, load(y + i + u * lanes) * f);
  }
  for (; i < cols; ++i) y[i] *= factor;
}

}  // namespace

void softmax(const float* x, float* y, std::int64_t rows, std::int64_t cols) {
  // A row ahead, and not less than 4 KiB: what is asked for needs time to arrive.
  const std::int64_t ahead = cols > 1024 ? cols : 1024;
  for (std::int64_t r = 0; r < rows; ++r, x += cols, y += cols) {
    const float most = maximum(x, cols);
    scale(y, cols, 1.0f / exponentials_and_sum(x, y, cols, most, ahead));
  }
}

void exponentials(const float* x, float* y, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) store(y + i, exponential(load(x + i)));
  if (i < count) store_tail(y + i, count - i, exponential(load_tail(x + i, count - i, 0)));
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
