// y = f(a, b) element by element, at the speed of memory.
#pragma once

#include <cstdint>

#include "core/gpu.cuh"
#include "kernels/vectors.cuh"

namespace roofmark::gpu {

template <class T, class F>
ROOFMARK_DEVICE uint4 combined(uint4 a, uint4 b) {
  float left[per_vector<T>], right[per_vector<T>];
  unpack16<T>(a, left);
  unpack16<T>(b, right);
  for (int i = 0; i < per_vector<T>; ++i) left[i] = F::of(left[i], right[i]);
  return pack16<T>(left);
}

/// Each thread takes VECTORS vectors of 16 bytes of each operand, a block's size apart; the last
/// block takes what is left, down to single elements.  All arrays start at a multiple of 16 bytes.
template <class T, int VECTORS, class F>
__global__ void __launch_bounds__(256) pairwise(const T* a, const T* b, T* y, std::int64_t count) {
  constexpr int width = per_vector<T>;
  constexpr std::int64_t stride = 256 * width;
  const std::int64_t first = blockIdx.x * stride * VECTORS + threadIdx.x * width;
  if ((blockIdx.x + 1) * stride * VECTORS <= count) {
    uint4 of_a[VECTORS], of_b[VECTORS];
    for (int k = 0; k < VECTORS; ++k) {
      of_a[k] = load16_once(a + first + k * stride);
      of_b[k] = load16_once(b + first + k * stride);
    }
    for (int k = 0; k < VECTORS; ++k) {
      store16(y + first + k * stride, combined<T, F>(of_a[k], of_b[k]));
    }
    return;
  }
  for (std::int64_t i = first; i + width <= count; i += stride) {
    store16(y + i, combined<T, F>(load16_once(a + i), load16_once(b + i)));
  }
  const std::int64_t i = count / width * width + threadIdx.x;
  if (i < count) y[i] = from_float<T>(F::of(to_float(a[i]), to_float(b[i])));
}

template <class T, class F>
void launch_pairwise_of(const void* a, const void* b, void* y, std::int64_t count, int sms,
                        void* stream) {
  const auto start = [&](auto kernel, std::int64_t vectors) {
    const std::int64_t each_block = vectors * 256 * per_vector<T>;
    Grid grid;
    grid.x = static_cast<unsigned>((count + each_block - 1) / each_block);
    grid.threads = 256;
    launch(grid, stream, kernel, static_cast<const T*>(a), static_cast<const T*>(b),
           static_cast<T*>(y), count);
  };
  // A decode step's row is better spread thin: it waits for memory once either way.
  if (count < std::int64_t{2} * 256 * per_vector<T> * sms) {
    start(pairwise<T, 1, F>, 1);
  } else {
    start(pairwise<T, 2, F>, 2);
  }
}

/// F::of(float, float) of each pair of elements, rounded to nearest.
template <class F>
void launch_pairwise(Element element, const void* a, const void* b, void* y, std::int64_t count,
                     int sms, void* stream) {
  with_element(element, [&](auto type) {
    launch_pairwise_of<decltype(type), F>(a, b, y, count, sms, stream);
  });
}

}  // namespace roofmark::gpu
