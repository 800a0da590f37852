// Softmax of each row with the online maximum and sum: each thread's exponentials are relative to
// the largest element that it holds, and are scaled to the row's once that is known.
// Per element one ex2, about 8 other instructions and two elements of memory traffic.
#include "core/gpu.cuh"
#include "kernels/rows.cuh"
#include "kernels/softmax/softmax.cuda.h"

namespace roofmark {
namespace {

constexpr float log2_e = 1.44269504f;
constexpr float infinity = __builtin_inff();

/// Part of a row: its largest element, and the sum of e^(x - most).
struct Peak {
  float most, sum;
};

/// e^(x - most): 2.25 |x - most| + 4 units of 2^-24.  1 where both are -infinity.
ROOFMARK_DEVICE float weight(float x, float most) {
  return x == most ? 1.0f : gpu::exp2_approx((x - most) * log2_e);
}

ROOFMARK_DEVICE Peak warp_peak(Peak part) {
  const float most = gpu::warp_max(part.most);
  return {most, gpu::warp_sum(part.sum * weight(part.most, most))};
}

/// The peak of all that the team holds.
template <class Team>
ROOFMARK_DEVICE Peak team_peak(Peak part) {
  part = warp_peak(part);
  if (Team::is_warp) return part;
  __shared__ Peak of_warp[32];
  if (gpu::lane() == 0) of_warp[gpu::warp()] = part;
  gpu::barrier();
  return warp_peak(gpu::lane() < blockDim.x / 32 ? of_warp[gpu::lane()] : Peak{-infinity, 0});
}

/// Makes x e^(x - most); returns that most and the sum.
template <class T, class Team>
ROOFMARK_DEVICE Peak exponentials(gpu::Held<T, Team, true>& held) {
  Peak peak{-infinity, 0};
  held.each([&](float& x) { peak.most = fmaxf(peak.most, x); });
  const float base = peak.most == -infinity ? 0.0f : peak.most;  // masked whole: e^-infinity
  held.each([&](float& x) {
    x = gpu::exp2_approx((x - base) * log2_e);
    peak.sum += x;
  });
  return peak;
}

template <class T, class Team>
__global__ void __launch_bounds__(Team::most_threads)
    softmax_rows(const T* x, T* y, std::int64_t rows, int cols) {
  const std::int64_t row = Team::row();
  if (row >= rows) return;
  const gpu::RowPart<T, Team, true> part(row, cols);
  gpu::Held<T, Team, true> held;
  part.template load<true>(x, -infinity, held);
  const Peak mine = exponentials(held);
  const Peak peak = team_peak<Team>(mine);
  // Masked whole: e^(-infinity + infinity), NaN.
  const float factor =
      gpu::exp2_approx((mine.most - peak.most) * log2_e) * gpu::reciprocal_approx(peak.sum);
  held.each([&](float& value) { value *= factor; });
  part.store(y, held);
}

// Rows too long to be held: blocks of pieces of 32 KiB.
using PieceTeam = gpu::RowTeam<4, false>;
constexpr int piece_threads = 512, piece_vectors = 4 * piece_threads;

/// peaks[r,p] of each piece p of the rows from `first_row` on.
template <class T>
__global__ void __launch_bounds__(piece_threads)
    piece_peaks(const T* x, Peak* peaks, std::int64_t first_row, int cols) {
  const gpu::RowPart<T, PieceTeam, true> part(first_row + blockIdx.y, cols,
                                              blockIdx.x * piece_vectors);
  gpu::Held<T, PieceTeam, true> held;
  part.template load<false>(x, -infinity, held);
  const Peak peak = team_peak<PieceTeam>(exponentials(held));
  if (threadIdx.x == 0) peaks[blockIdx.y * gridDim.x + blockIdx.x] = peak;
}

template <class T>
__global__ void __launch_bounds__(piece_threads)
    scaled_exponentials(const T* x, const Peak* peaks, T* y, std::int64_t first_row, int cols) {
  const gpu::RowPart<T, PieceTeam, true> part(first_row + blockIdx.y, cols,
                                              blockIdx.x * piece_vectors);
  gpu::Held<T, PieceTeam, true> held;
  part.template load<true>(x, -infinity, held);
  Peak mine{-infinity, 0};
  for (unsigned p = threadIdx.x; p < gridDim.x; p += blockDim.x) {
    const Peak next = peaks[blockIdx.y * gridDim.x + p];
    const float most = fmaxf(mine.most, next.most);
    mine.sum = mine.sum * weight(mine.most, most) + next.sum * weight(next.most, most);
    mine.most = most;
  }
  const Peak peak = team_peak<PieceTeam>(mine);
  const float factor = gpu::reciprocal_approx(peak.sum);
  held.each([&](float& value) { value = gpu::exp2_approx((value - peak.most) * log2_e) * factor; });
  part.store(y, held);
}

std::int64_t bytes_of(Element element) { return element == Element::f32 ? 4 : 2; }

std::int64_t pieces(const SoftmaxArguments& a) {
  const std::int64_t piece = piece_vectors * 16 / bytes_of(a.element);
  return (a.cols + piece - 1) / piece;
}

/// Rows of which half the L2 cache holds all that is read: the other half takes what is written.
std::int64_t rows_at_once(const SoftmaxArguments& a) {
  constexpr std::int64_t most = 65535;  // blocks in y
  const std::int64_t fit = a.l2_bytes / 2 / (a.cols * bytes_of(a.element));
  return fit < 1 ? 1 : fit > most ? most : fit;
}

template <class T>
void launch_long(const SoftmaxArguments& a, void* stream) {
  const std::int64_t step = rows_at_once(a);
  for (std::int64_t row = 0; row < a.rows; row += step) {
    gpu::Grid grid;
    grid.x = static_cast<unsigned>(pieces(a));
    grid.y = static_cast<unsigned>(a.rows - row < step ? a.rows - row : step);
    grid.threads = piece_threads;
    const auto* x = static_cast<const T*>(a.x);
    auto* peaks = static_cast<Peak*>(a.scratch);
    const auto cols = static_cast<int>(a.cols);
    gpu::launch(grid, stream, piece_peaks<T>, x, peaks, row, cols);
    gpu::launch(grid, stream, scaled_exponentials<T>, x, peaks, static_cast<T*>(a.y), row, cols);
  }
}

template <class T>
void launch_of(const SoftmaxArguments& a, void* stream) {
  const bool held = gpu::with_row_team<T, 4>(a.rows, a.cols, a.sms, [&](auto team, gpu::Grid grid) {
    gpu::launch(grid, stream, softmax_rows<T, decltype(team)>, static_cast<const T*>(a.x),
                static_cast<T*>(a.y), a.rows, static_cast<int>(a.cols));
  });
  if (!held) launch_long<T>(a, stream);
}

}  // namespace

std::int64_t softmax_scratch_bytes(const SoftmaxArguments& arguments) {
  const std::int64_t at_once = rows_at_once(arguments);
  const std::int64_t rows = arguments.rows < at_once ? arguments.rows : at_once;
  return static_cast<std::int64_t>(sizeof(Peak)) * rows * pieces(arguments);
}

void launch_softmax(const SoftmaxArguments& arguments, void* stream) {
  gpu::with_element(arguments.element,
                    [&](auto element) { launch_of<decltype(element)>(arguments, stream); });
}

}  // namespace roofmark
