// y = x + r: per element 1 add, 2 loads, 1 store.  All three streams are asked for ahead: SSE2 is
// then as fast as wider vectors.
#include <cstdint>

#include "core/sixteen_bits.isa.h"
#include "kernels/rows.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

template <Stores STORES, class T>
ROOFMARK_LEAF void sums(const T* x, const T* r, T* y, std::int64_t count) {
  constexpr int step = 2 * pair_lanes;  // a turn: the loop's own instructions do not show
  std::int64_t i = 0;
  for (; i + step <= count; i += step) {
    ask(x + i + ahead_of<T>, step);
    ask(r + i + ahead_of<T>, step);
    ask_to_write<STORES>(y + i + ahead_of<T>, step);
    const std::int64_t second = i + pair_lanes;
    const TwoVectors first_sum = load_pair(x + i) + load_pair(r + i);
    const TwoVectors second_sum = load_pair(x + second) + load_pair(r + second);
    put_pair<STORES>(y + i, first_sum);
    put_pair<STORES>(y + second, second_sum);
  }
  for (; i < count; ++i) store_one(y + i, load_one(x + i) + load_one(r + i));
}

}  // namespace

#define ROOFMARK_DEFINE(T)                                                \
  void add(const T* x, const T* r, T* y, std::int64_t count) {            \
    sums<Stores::ordinary>(x, r, y, count);                               \
  }                                                                       \
  void add_nt(const T* x, const T* r, T* y, std::int64_t count) {         \
    if (!can_stream(y, 0)) return sums<Stores::ordinary>(x, r, y, count); \
    sums<Stores::nt>(x, r, y, count);                                     \
    finish_streams();                                                     \
  }
ROOFMARK_EACH_ELEMENT(ROOFMARK_DEFINE)

#define ROOFMARK_DEFINE_CONVERSIONS(T)                                \
  void widen(const T* x, float* y, std::int64_t count) {              \
    std::int64_t i = 0;                                               \
    for (; i + lanes <= count; i += lanes) store(y + i, load(x + i)); \
    for (; i < count; ++i) y[i] = load_one(x + i);                    \
  }                                                                   \
  void narrow(const float* x, T* y, std::int64_t count) {             \
    std::int64_t i = 0;                                               \
    for (; i + lanes <= count; i += lanes) store(y + i, load(x + i)); \
    for (; i < count; ++i) store_one(y + i, x[i]);                    \
  }
ROOFMARK_DEFINE_CONVERSIONS(bf16)
ROOFMARK_DEFINE_CONVERSIONS(f16)

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
