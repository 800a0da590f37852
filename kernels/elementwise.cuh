// y = f(a) or f(a, b) element by element, at the speed of memory.
#pragma once

#include <cstdint>

#include "core/gpu.cuh"
#include "kernels/vectors.cuh"

namespace roofmark::gpu {

/// What F takes: one array or two.
template <class T, int OPERANDS>
struct Streams {
  const T* at[OPERANDS];
};

template <class F>
ROOFMARK_DEVICE float applied(const float (&x)[1]) {
  return F::of(x[0]);
}
template <class F>
ROOFMARK_DEVICE float applied(const float (&x)[2]) {
  return F::of(x[0], x[1]);
}

template <class T, class F, int OPERANDS>
ROOFMARK_DEVICE uint4 combined(const uint4 (&x)[OPERANDS]) {
  float values[OPERANDS][per_vector<T>], results[per_vector<T>];
  for (int o = 0; o < OPERANDS; ++o) unpack16<T>(x[o], values[o]);
  for (int i = 0; i < per_vector<T>; ++i) {
    float of_one[OPERANDS];
    for (int o = 0; o < OPERANDS; ++o) of_one[o] = values[o][i];
    results[i] = applied<F>(of_one);
  }
  return pack16<T>(results);
}

/// Each thread takes VECTORS vectors of 16 bytes of each operand, a block's size apart; the last
/// block takes what is left, down to single elements.  All arrays start at a multiple of 16 bytes.
template <class T, int VECTORS, class F, int OPERANDS>
__global__ void __launch_bounds__(256)
    elementwise(Streams<T, OPERANDS> x, T* y, std::int64_t count) {
  constexpr int width = per_vector<T>;
  constexpr std::int64_t stride = 256 * width;
  const std::int64_t first = blockIdx.x * stride * VECTORS + threadIdx.x * width;
  if ((blockIdx.x + 1) * stride * VECTORS <= count) {
    uint4 of_x[VECTORS][OPERANDS];
    for (int k = 0; k < VECTORS; ++k) {
      for (int o = 0; o < OPERANDS; ++o) of_x[k][o] = load16_once(x.at[o] + first + k * stride);
    }
    for (int k = 0; k < VECTORS; ++k) {
      store16(y + first + k * stride, combined<T, F, OPERANDS>(of_x[k]));
    }
    return;
  }
  for (std::int64_t i = first; i + width <= count; i += stride) {
    uint4 of_x[OPERANDS];
    for (int o = 0; o < OPERANDS; ++o) of_x[o] = load16_once(x.at[o] + i);
    store16(y + i, combined<T, F, OPERANDS>(of_x));
  }
  const std::int64_t i = count / width * width + threadIdx.x;
  if (i >= count) return;
  float of_one[OPERANDS];
  for (int o = 0; o < OPERANDS; ++o) of_one[o] = to_float(x.at[o][i]);
  y[i] = from_float<T>(applied<F>(of_one));
}

template <class T, class F, int OPERANDS>
void launch_elementwise_of(const Streams<T, OPERANDS>& x, void* y, std::int64_t count, int sms,
                           void* stream) {
  const auto start = [&](auto kernel, std::int64_t vectors) {
    const std::int64_t each_block = vectors * 256 * per_vector<T>;
    Grid grid;
    grid.x = static_cast<unsigned>((count + each_block - 1) / each_block);
    grid.threads = 256;
    launch(grid, stream, kernel, x, static_cast<T*>(y), count);
  };
  // A decode step's row is better spread thin: it waits for memory once either way.
  if (count < std::int64_t{2} * 256 * per_vector<T> * sms) {
    start(elementwise<T, 1, F, OPERANDS>, 1);
  } else {
    start(elementwise<T, 2, F, OPERANDS>, 2);
  }
}

/// F::of(float) of each element, rounded to nearest.
template <class F>
void launch_elementwise(Element element, const void* x, void* y, std::int64_t count, int sms,
                        void* stream) {
  with_element(element, [&](auto type) {
    using T = decltype(type);
    launch_elementwise_of<T, F>(Streams<T, 1>{{static_cast<const T*>(x)}}, y, count, sms, stream);
  });
}
/// F::of(float, float) of each pair of elements, rounded to nearest.
template <class F>
void launch_elementwise(Element element, const void* a, const void* b, void* y, std::int64_t count,
                        int sms, void* stream) {
  with_element(element, [&](auto type) {
    using T = decltype(type);
    launch_elementwise_of<T, F>(Streams<T, 2>{{static_cast<const T*>(a), static_cast<const T*>(b)}},
                                y, count, sms, stream);
  });
}

}  // namespace roofmark::gpu
