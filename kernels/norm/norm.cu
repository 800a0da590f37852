// RMSNorm and LayerNorm of each row, which is held in registers between the sums over it and the
// scaling.  Per element 4 or 7 ops and two elements of memory traffic; the weights, which all rows
// share, come from L1.
#include "core/gpu.cuh"
#include "kernels/norm/norm.cuda.h"
#include "kernels/rows.cuh"

namespace roofmark {
namespace {

template <class T>
struct Operands {
  const T *x, *weight, *bias;
  T* y;
};

template <class T, class Team, bool CENTRED>
__global__ void __launch_bounds__(Team::most_threads, 1)
    norm_rows(Operands<T> at, std::int64_t rows, int cols, float per_column, float eps) {
  const std::int64_t row = Team::row();
  if (row >= rows) return;
  const gpu::RowPart<T, Team, false> part(row, cols);
  gpu::Held<T, Team, false> x, weight, bias;
  part.template load<true>(at.x, 0, x);
  // A decode step's row is alone: it must not wait for memory twice.
  constexpr bool early = Team::vectors == 1;
  if (early) part.load_shared(at.weight, weight);
  if (early && CENTRED) part.load_shared(at.bias, bias);
  if (CENTRED) {
    float sum = 0;
    x.each([&](float& value) { sum += value; });
    const float mean = Team::template sum<0>(sum) * per_column;
    x.each([&](float& value) { value -= mean; });
    part.fill_absent(0, x);
  }
  float squares = 0;
  x.each([&](float& value) { squares = fmaf(value, value, squares); });
  const float scale = rsqrtf(fmaf(Team::template sum<1>(squares), per_column, eps));
  if (!early) part.load_shared(at.weight, weight);
  x.each_with(weight, [&](float& value, float w) { value *= scale * w; });
  if (CENTRED) {
    if (!early) part.load_shared(at.bias, bias);
    x.each_with(bias, [](float& value, float b) { value += b; });
  }
  part.store(at.y, x);
}

/// f(x) summed over the row by a block, element by element.
template <int SLOT, class T, class F>
ROOFMARK_DEVICE float sum_over(const T* x, int cols, F f) {
  float sum = 0;
  for (int c = static_cast<int>(threadIdx.x); c < cols; c += static_cast<int>(blockDim.x)) {
    sum += f(gpu::to_float(x[c]));
  }
  return gpu::RowTeam<1, false>::sum<SLOT>(sum);
}

/// Rows that are too long to be held or begin off 16-byte boundaries.  No model has such a hidden
/// size, so this is simple rather than fast.
template <class T, bool CENTRED>
__global__ void __launch_bounds__(1024)
    norm_odd_row(Operands<T> at, int cols, float per_column, float eps) {
  const T* x = at.x + static_cast<std::int64_t>(blockIdx.x) * cols;
  T* y = at.y + static_cast<std::int64_t>(blockIdx.x) * cols;
  float mean = 0;
  if (CENTRED) mean = sum_over<0>(x, cols, [](float v) { return v; }) * per_column;
  const float squares = sum_over<1>(x, cols, [&](float v) { return (v - mean) * (v - mean); });
  const float scale = rsqrtf(fmaf(squares, per_column, eps));
  for (int c = static_cast<int>(threadIdx.x); c < cols; c += static_cast<int>(blockDim.x)) {
    float value = (gpu::to_float(x[c]) - mean) * (scale * gpu::to_float(at.weight[c]));
    if (CENTRED) value += gpu::to_float(at.bias[c]);
    y[c] = gpu::from_float<T>(value);
  }
}

/// Vectors that a thread holds: 16 numbers and 16 weights, for with twice as many a block of 1024
/// threads is out of registers.
template <class T>
constexpr int held_vectors = 16 / gpu::per_vector<T>;

template <class T, bool CENTRED>
void launch_of(const NormArguments& a, void* stream) {
  const Operands<T> at{static_cast<const T*>(a.x), static_cast<const T*>(a.weight),
                       static_cast<const T*>(a.bias), static_cast<T*>(a.y)};
  const auto cols = static_cast<int>(a.cols);
  const float per_column = 1.0f / static_cast<float>(a.cols);
  const bool aligned = a.cols % gpu::per_vector<T> == 0;
  const bool held =
      aligned &&
      gpu::with_row_team<T, held_vectors<T>>(a.rows, a.cols, a.sms, [&](auto team, gpu::Grid grid) {
        gpu::launch(grid, stream, norm_rows<T, decltype(team), CENTRED>, at, a.rows, cols,
                    per_column, a.eps);
      });
  if (held) return;
  gpu::Grid grid;
  grid.x = static_cast<unsigned>(a.rows);
  grid.threads = a.cols < 1024 ? static_cast<unsigned>((a.cols + 31) / 32 * 32) : 1024;
  gpu::launch(grid, stream, norm_odd_row<T, CENTRED>, at, cols, per_column, a.eps);
}

template <bool CENTRED>
void launch_any(const NormArguments& arguments, void* stream) {
  gpu::with_element(arguments.element, [&](auto element) {
    launch_of<decltype(element), CENTRED>(arguments, stream);
  });
}

}  // namespace

void launch_norm(const NormArguments& arguments, void* stream) {
  launch_any<false>(arguments, stream);
}
void launch_layer_norm(const NormArguments& arguments, void* stream) {
  launch_any<true>(arguments, stream);
}

}  // namespace roofmark
