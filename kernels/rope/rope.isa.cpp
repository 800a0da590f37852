// Rotary position embedding: per element 3 ops, 1 load and 1 store to memory, and half a load each of a
// sine and a cosine from the cache, where those of a token stay for all of its heads.
#include <cstdint>

#include "kernels/rows.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

/// One head: element i is paired with i + half.
template <Stores STORES, class T>
ROOFMARK_LEAF void turn(const T* x, const float* cosines, const float* sines, T* y,
                        std::int64_t half) {
  std::int64_t i = 0;
  for (; i + lanes <= half; i += lanes) {
    const vf32 a = load(x + i), b = load(x + half + i);
    const vf32 c = load(cosines + i), s = load(sines + i);
    put<STORES>(y + i, a * c - b * s);
    put<STORES>(y + half + i, a * s + b * c);
  }
  for (; i < half; ++i) {
    const float a = load_one(x + i), b = load_one(x + half + i);
    store_one(y + i, a * cosines[i] - b * sines[i]);
    store_one(y + half + i, a * sines[i] + b * cosines[i]);
  }
}

template <Stores STORES, class T>
ROOFMARK_LEAF void turn_all(const T* x, const float* cosines, const float* sines, T* y,
                            std::int64_t tokens, std::int64_t heads, std::int64_t half) {
  for (std::int64_t t = 0; t < tokens; ++t, cosines += half, sines += half) {
    for (std::int64_t h = 0; h < heads; ++h, x += 2 * half, y += 2 * half) {
      ask(x + ahead_of<T>, 2 * half);
      ask_to_write<STORES>(y + ahead_of<T>, 2 * half);
      turn<STORES>(x, cosines, sines, y, half);
    }
  }
}

}  // namespace

#define ROOFMARK_DEFINE(T)                                                                       \
  void rope(const T* x, const float* cosines, const float* sines, T* y, std::int64_t tokens,     \
            std::int64_t heads, std::int64_t half) {                                             \
    turn_all<Stores::ordinary>(x, cosines, sines, y, tokens, heads, half);                       \
  }                                                                                              \
  void rope_nt(const T* x, const float* cosines, const float* sines, T* y, std::int64_t tokens,  \
               std::int64_t heads, std::int64_t half) {                                          \
    if (!can_stream(y, half)) return rope(x, cosines, sines, y, tokens, heads, half);            \
    turn_all<Stores::nt>(x, cosines, sines, y, tokens, heads, half);                             \
    finish_streams();                                                                            \
  }
ROOFMARK_EACH_ELEMENT(ROOFMARK_DEFINE)

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
