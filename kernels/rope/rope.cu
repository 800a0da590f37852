// Rotary position embedding.  A thread loads sines and cosines once and turns the same columns of
// several heads of a token with them.  Per element 3 ops and two elements of memory traffic.
#include "core/gpu.cuh"
#include "kernels/rope/rope.cuda.h"
#include "kernels/vectors.cuh"

namespace roofmark {
namespace {

template <int N>
ROOFMARK_DEVICE void load_floats(const float* from, float (&to)[N]) {
  for (int i = 0; i < N; i += 4) {
    float four[4];
    gpu::unpack16<float>(gpu::load16(from + i), four);
    for (int j = 0; j < 4; ++j) to[i + j] = four[j];
  }
}

/// Whole vectors in each half of a head.  A block turns blockDim / (half / width) heads of token
/// blockIdx.x at a time, PASSES times.
template <class T, int PASSES>
__global__ void __launch_bounds__(256)
    turn_vectors(const T* x, const float* cosines, const float* sines, T* y, int heads, int half) {
  constexpr int width = gpu::per_vector<T>;
  const int threads_of_head = half / width;
  const int heads_at_once = static_cast<int>(blockDim.x) / threads_of_head;
  const int thread = static_cast<int>(threadIdx.x);
  const int column = thread % threads_of_head * width;
  const int first =
      static_cast<int>(blockIdx.y) * heads_at_once * PASSES + thread / threads_of_head;
  const std::int64_t token = blockIdx.x;
  const auto at = [&](int pass) {
    return (token * heads + first + pass * heads_at_once) * 2 * half + column;
  };
  const auto is_head = [&](int pass) { return first + pass * heads_at_once < heads; };
  uint4 low[PASSES], high[PASSES];
  for (int pass = 0; pass < PASSES; ++pass) {
    if (!is_head(pass)) continue;
    low[pass] = gpu::load16_once(x + at(pass));
    high[pass] = gpu::load16_once(x + at(pass) + half);
  }
  float c[width], s[width];
  load_floats(cosines + token * half + column, c);
  load_floats(sines + token * half + column, s);
  for (int pass = 0; pass < PASSES; ++pass) {
    if (!is_head(pass)) continue;
    float a[width], b[width];
    gpu::unpack16<T>(low[pass], a);
    gpu::unpack16<T>(high[pass], b);
    for (int i = 0; i < width; ++i) {
      const float turned = a[i] * c[i] - b[i] * s[i];
      b[i] = a[i] * s[i] + b[i] * c[i];
      a[i] = turned;
    }
    gpu::store16(y + at(pass), gpu::pack16<T>(a));
    gpu::store16(y + at(pass) + half, gpu::pack16<T>(b));
  }
}

/// A thread turns one pair: for heads whose halves are not whole vectors.
template <class T>
__global__ void __launch_bounds__(256)
    turn_pairs(const T* x, const float* cosines, const float* sines, T* y, std::int64_t pairs,
               int heads, int half) {
  const std::int64_t pair = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (pair >= pairs) return;
  const std::int64_t head = pair / half, token = head / heads, column = pair % half;
  const float c = cosines[token * half + column], s = sines[token * half + column];
  const std::int64_t at = head * 2 * half + column;
  const float a = gpu::to_float(x[at]), b = gpu::to_float(x[at + half]);
  y[at] = gpu::from_float<T>(a * c - b * s);
  y[at + half] = gpu::from_float<T>(a * s + b * c);
}

std::int64_t quotient_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

template <class T, int PASSES>
void launch_vectors(const RopeArguments& a, void* stream) {
  const std::int64_t half = a.head_dim / 2, threads_of_head = half / gpu::per_vector<T>;
  // Blocks alike: 40 heads of 8 threads are two passes of 20, not one of 32 and one of 8.
  const std::int64_t groups = quotient_up(a.heads, 256 / threads_of_head * PASSES);
  const std::int64_t heads_at_once = quotient_up(a.heads, groups * PASSES);
  gpu::Grid grid;
  grid.x = static_cast<unsigned>(a.tokens);
  grid.y = static_cast<unsigned>(quotient_up(a.heads, heads_at_once * PASSES));
  grid.threads = static_cast<unsigned>(heads_at_once * threads_of_head);
  gpu::launch(grid, stream, turn_vectors<T, PASSES>, static_cast<const T*>(a.x), a.cosines, a.sines,
              static_cast<T*>(a.y), static_cast<int>(a.heads), static_cast<int>(half));
}

template <class T>
void launch_of(const RopeArguments& a, void* stream) {
  const std::int64_t half = a.head_dim / 2, threads_of_head = half / gpu::per_vector<T>;
  if (half % gpu::per_vector<T> != 0 || threads_of_head > 256) {
    const std::int64_t pairs = a.tokens * a.heads * half;
    gpu::Grid grid;
    grid.x = static_cast<unsigned>(quotient_up(pairs, 256));
    gpu::launch(grid, stream, turn_pairs<T>, static_cast<const T*>(a.x), a.cosines, a.sines,
                static_cast<T*>(a.y), pairs, static_cast<int>(a.heads), static_cast<int>(half));
  } else if (a.tokens < a.sms) {
    launch_vectors<T, 1>(a, stream);
  } else if (a.heads * threads_of_head <= 2 * 256) {
    launch_vectors<T, 2>(a, stream);
  } else {
    launch_vectors<T, 4>(a, stream);
  }
}

}  // namespace

void launch_rope(const RopeArguments& arguments, void* stream) {
  gpu::with_element(arguments.element,
                    [&](auto element) { launch_of<decltype(element)>(arguments, stream); });
}

}  // namespace roofmark
