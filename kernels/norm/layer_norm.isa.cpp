// LayerNorm: per element 7 ops, 1 load and 1 store to memory, and loads of w and b from the cache.  A row
// is summed while the one before it is scaled, as in RMSNorm; the squares of what is left without the
// mean take one more pass over the row, which is in the cache then.
#include <cstdint>

#include "kernels/rows.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

constexpr int unrolled = 4;  // vectors a turn, and chains of a sum
constexpr int step = unrolled * lanes;

ROOFMARK_LEAF float total(const vf32 (&chains)[unrolled]) {
  return sum((chains[0] + chains[1]) + (chains[2] + chains[3]));
}

template <class T>
ROOFMARK_LEAF float sum_of_row(const T* x, std::int64_t cols) {
  vf32 chains[unrolled] = {};
  std::int64_t i = 0;
  for (; i + step <= cols; i += step) {
    for (int u = 0; u < unrolled; ++u) chains[u] += load(x + i + u * lanes);
  }
  for (; i + lanes <= cols; i += lanes) chains[0] += load(x + i);
  float rest = 0;
  for (; i < cols; ++i) rest += load_one(x + i);
  return total(chains) + rest;
}

template <class T>
ROOFMARK_LEAF float squares_without(const T* x, std::int64_t cols, float mean) {
  const vf32 m = broadcast(mean);
  vf32 chains[unrolled] = {};
  std::int64_t i = 0;
  for (; i + step <= cols; i += step) {
    for (int u = 0; u < unrolled; ++u) {
      const vf32 left = load(x + i + u * lanes) - m;
      chains[u] += left * left;
    }
  }
  for (; i + lanes <= cols; i += lanes) {
    const vf32 left = load(x + i) - m;
    chains[0] += left * left;
  }
  float rest = 0;
  for (; i < cols; ++i) {
    const float left = load_one(x + i) - mean;
    rest += left * left;
  }
  return total(chains) + rest;
}

/// What a row is shifted and scaled by.
struct Moments {
  float mean, factor;
};

/// y = (x - mean) factor w + b over one row.  Unless it is the last, returns the sum of the row after
/// it.
template <Stores STORES, bool LAST, class T>
ROOFMARK_LEAF float shift_and_scale(const T* x, const T* w, const T* b, T* y, std::int64_t cols,
                                    const Moments& of_row) {
  const T* next = x + cols;
  const vf32 m = broadcast(of_row.mean), f = broadcast(of_row.factor);
  vf32 chains[unrolled] = {};
  float rest = 0;
  std::int64_t i = 0;
  for (; i + step <= cols; i += step) {
    if (!LAST) {
      ask(next + i + ahead_of<T>, step);
      ask_to_write<STORES>(y + i + ahead_of<T>, step);
    }
    for (int u = 0; !LAST && u < unrolled; ++u) chains[u] += load(next + i + u * lanes);
    for (int u = 0; u < unrolled; ++u) {
      const std::int64_t at = i + u * lanes;
      put<STORES>(y + at, (load(x + at) - m) * f * load(w + at) + load(b + at));
    }
  }
  for (; i + lanes <= cols; i += lanes) {
    if (!LAST) chains[0] += load(next + i);
    put<STORES>(y + i, (load(x + i) - m) * f * load(w + i) + load(b + i));
  }
  for (; i < cols; ++i) {
    if (!LAST) rest += load_one(next + i);
    store_one(y + i, (load_one(x + i) - of_row.mean) * of_row.factor * load_one(w + i) +
                         load_one(b + i));
  }
  return total(chains) + rest;
}

template <Stores STORES, class T>
ROOFMARK_LEAF void normalize(const T* x, const T* w, const T* b, T* y, std::int64_t rows,
                             std::int64_t cols, float eps) {
  const auto n = static_cast<float>(cols);
  float sum_of_next = rows > 0 ? sum_of_row(x, cols) : 0;
  for (std::int64_t r = 0; r < rows; ++r, x += cols, y += cols) {
    Moments of_row;
    of_row.mean = sum_of_next / n;
    of_row.factor = 1.0f / __builtin_sqrtf(squares_without(x, cols, of_row.mean) / n + eps);
    if (r + 1 < rows) {
      sum_of_next = shift_and_scale<STORES, false>(x, w, b, y, cols, of_row);
    } else {
      shift_and_scale<STORES, true>(x, w, b, y, cols, of_row);
    }
  }
}

}  // namespace

#define ROOFMARK_DEFINE(T)                                                                   \
  void layer_norm(const T* x, const T* w, const T* b, T* y, std::int64_t rows,               \
                  std::int64_t cols, float eps) {                                            \
    normalize<Stores::ordinary>(x, w, b, y, rows, cols, eps);                                \
  }                                                                                          \
  void layer_norm_nt(const T* x, const T* w, const T* b, T* y, std::int64_t rows,            \
                     std::int64_t cols, float eps) {                                         \
    if (!can_stream(y, cols)) return layer_norm(x, w, b, y, rows, cols, eps);                \
    normalize<Stores::nt>(x, w, b, y, rows, cols, eps);                                      \
    finish_streams();                                                                        \
  }
ROOFMARK_EACH_ELEMENT(ROOFMARK_DEFINE)

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
