// Softmax of each row in three passes: maximum, exponentials and their sum, scale.  Per element 5
// ops (max, subtract, exp, add, multiply), 1 load and 1 store to memory; the second and third pass
// find the row, and its exponentials in f32, in the cache.  The exponentials take most of the time,
// so during them the next row is asked for: of the copy roof (Zen 5, AVX-512, one core, f32, 2048
// columns) 0.69 without, 0.90-1.0 with.
#include <cstdint>

#include "core/exp.isa.h"
#include "kernels/rows.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

constexpr float infinity = __builtin_inff();

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

template <class T>
ROOFMARK_LEAF float maximum(const T* x, std::int64_t cols) {
  const vf32 least = broadcast(-infinity);
  Pair most[2] = {{least, least}, {least, least}};  // covers the latency of max
  std::int64_t i = 0;
  for (; i + 2 * pair_lanes <= cols; i += 2 * pair_lanes) {
    for (int u = 0; u < 2; ++u) {
      const Pair v = load_pair(x + i + u * pair_lanes);
      most[u] = {larger(v.a, most[u].a), larger(v.b, most[u].b)};
    }
  }
  for (; i < cols; i += lanes) {
    const std::int64_t left = cols - i < lanes ? cols - i : lanes;
    most[0].a = larger(load_tail(x + i, left, -infinity), most[0].a);
  }
  return largest(larger(larger(most[0].a, most[0].b), larger(most[1].a, most[1].b)));
}

/// e = e^(x - most), in the order of pairs; returns the sum.  Asks for what lies `ahead` elements
/// further on in x and y.
template <Stores STORES, class T>
ROOFMARK_LEAF float exponentials_and_sum(const T* x, T* y, float* e, std::int64_t cols, float most,
                                         std::int64_t ahead) {
  const vf32 m = broadcast(most);
  vf32 sums[2] = {};  // more would not fit the registers of AVX2 beside the constants
  std::int64_t i = 0;
  for (; i + pair_lanes <= cols; i += pair_lanes) {
    ask(x + i + ahead, pair_lanes);
    ask_to_write<STORES>(y + i + ahead, pair_lanes);
    const Pair v = load_pair(x + i) - m;
    const Pair power = {exponential(v.a), exponential(v.b)};
    put_pair<Stores::ordinary>(e + i, power);
    sums[0] += power.a;
    sums[1] += power.b;
  }
  for (; i < cols; i += lanes) {
    const std::int64_t left = cols - i < lanes ? cols - i : lanes;
    const vf32 power = exponential(load_tail(x + i, left, -infinity) - m);
    store_tail(e + i, left, power);
    sums[0] += power;
  }
  return sum(sums[0] + sums[1]);
}

/// y = e factor.
template <Stores STORES, class T>
ROOFMARK_LEAF void scale(const float* e, T* y, std::int64_t cols, float factor) {
  const vf32 f = broadcast(factor);
  std::int64_t i = 0;
  for (; i + pair_lanes <= cols; i += pair_lanes) {
    put_pair<STORES>(y + i, load_pair(e + i) * f);
  }
  for (; i < cols; ++i) store_one(y + i, e[i] * factor);
}

template <Stores STORES, class T>
ROOFMARK_LEAF void softmax_rows(const T* x, T* y, float* e, std::int64_t rows, std::int64_t cols) {
  // A row ahead, and not less than 4 KiB: what is asked for needs time to arrive.
  const std::int64_t ahead = cols > ahead_of<T> ? cols : ahead_of<T>;
  for (std::int64_t r = 0; r < rows; ++r, x += cols, y += cols) {
    const float most = maximum(x, cols);
    const float sum_of_row = exponentials_and_sum<STORES>(x, y, e, cols, most, ahead);
    scale<STORES>(e, y, cols, 1.0f / sum_of_row);
  }
}

}  // namespace

#define ROOFMARK_DEFINE(T)                                                                  \
  void softmax(const T* x, T* y, float* scratch, std::int64_t rows, std::int64_t cols) {    \
    softmax_rows<Stores::ordinary>(x, y, scratch, rows, cols);                              \
  }                                                                                         \
  void softmax_nt(const T* x, T* y, float* scratch, std::int64_t rows, std::int64_t cols) { \
    if (!can_stream(y, cols)) return softmax(x, y, scratch, rows, cols);                    \
    softmax_rows<Stores::nt>(x, y, scratch, rows, cols);                                    \
    finish_streams();                                                                       \
  }
ROOFMARK_EACH_ELEMENT(ROOFMARK_DEFINE)

void exponentials(const float* x, float* y, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) store(y + i, exponential(load(x + i)));
  if (i < count) store_tail(y + i, count - i, exponential(load_tail(x + i, count - i, 0)));
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
