// Rows of a matrix held in registers: each row is read once and written once, by a team of threads
// that sum over it.
#pragma once

#include <cstdint>

#include "core/gpu.cuh"
#include "kernels/vectors.cuh"

namespace roofmark::gpu {

/// The threads that share a row, each holding up to VECTORS vectors of 16 bytes: a warp where rows
/// are narrow, so that nothing waits at a barrier, else the whole block.
template <int VECTORS, bool WARP>
struct RowTeam {
  static constexpr int vectors = VECTORS;
  static constexpr bool is_warp = WARP;
  static constexpr unsigned most_threads = WARP ? 128 : 1024;

  ROOFMARK_DEVICE unsigned rank() { return WARP ? lane() : threadIdx.x; }
  ROOFMARK_DEVICE unsigned size() { return WARP ? 32 : blockDim.x; }
  ROOFMARK_DEVICE std::int64_t row() {
    return WARP ? static_cast<std::int64_t>(blockIdx.x) * (blockDim.x / 32) + warp() : blockIdx.x;
  }

  /// Sum over the team.  Each use in a kernel has a SLOT of its own, so that one barrier does.
  template <int SLOT>
  ROOFMARK_DEVICE float sum(float v) {
    v = warp_sum(v);
    if constexpr (WARP) {
      return v;
    } else {
      __shared__ float of_warp[32];
      if (lane() == 0) of_warp[warp()] = v;
      barrier();
      return warp_sum(lane() < blockDim.x / 32 ? of_warp[lane()] : 0.0f);
    }
  }
};

/// The numbers that one thread holds: vectors and, where rows have EDGES, one element from before
/// or after them.
template <class T, class Team, bool EDGES>
struct Held {
  float body[Team::vectors][per_vector<T>];
  float edge;

  /// f(number) for each.
  template <class F>
  __device__ __forceinline__ void each(F f) {
    for (auto& vector : body) {
      for (float& number : vector) f(number);
    }
    if (EDGES) f(edge);
  }
  /// f(number, its counterpart in `other`) for each.
  template <class F>
  __device__ __forceinline__ void each_with(const Held& other, F f) {
    for (int k = 0; k < Team::vectors; ++k) {
      for (int i = 0; i < per_vector<T>; ++i) f(body[k][i], other.body[k][i]);
    }
    if (EDGES) f(edge, other.edge);
  }
};

/// Which elements of a row one thread holds, in a matrix that begins at a multiple of 16 bytes: of
/// the vectors from the row's first 16-byte boundary on every team-size-th.  Rows have EDGES where
/// `cols` is not a multiple of a vector: fewer elements than a vector before and after the vectors,
/// of which a thread holds at most one.
template <class T, class Team, bool EDGES>
class RowPart {
 public:
  using Numbers = Held<T, Team, EDGES>;

  /// The team takes the vectors from `first_vector` on; whoever takes the first takes the edges.
  __device__ __forceinline__ RowPart(std::int64_t row, int cols, int first_vector = 0)
      : begin_(row * cols), first_(first_vector + static_cast<int>(Team::rank())) {
    if (EDGES) {
      head_ = (width - static_cast<int>(begin_ % width)) % width;
      if (head_ > cols) head_ = cols;
    }
    vectors_ = (cols - head_) / width;
    if (EDGES && first_ < width) {
      edge_ = first_ < head_ ? first_ : -1;
    } else if (EDGES && first_ < 2 * width) {
      const int column = head_ + vectors_ * width + first_ - width;
      edge_ = column < cols ? column : -1;
    }
  }

  /// The row of x; elements that it does not have are `absent`.  Where ONCE nobody reads x again
  /// soon.
  template <bool ONCE>
  __device__ __forceinline__ void load(const T* x, float absent, Numbers& held) const {
    uint4 raw[Team::vectors];
    for (int k = 0; k < Team::vectors; ++k) {
      const T* at = x + begin_ + column(k);
      if (has(k)) raw[k] = ONCE ? load16_once(at) : load16(at);
    }
    if (EDGES) held.edge = edge_ >= 0 ? to_float(x[begin_ + edge_]) : absent;
    for (int k = 0; k < Team::vectors; ++k) {
      if (has(k)) {
        unpack16<T>(raw[k], held.body[k]);
      } else {
        for (float& number : held.body[k]) number = absent;
      }
    }
  }

  /// What all rows share, w: [cols] from a multiple of 16 bytes on; 0 where absent.
  __device__ __forceinline__ void load_shared(const T* w, Numbers& held) const {
    static_assert(!EDGES, "rows that begin anywhere do not meet w at its boundaries");
    for (int k = 0; k < Team::vectors; ++k) {
      uint4 raw{};
      if (has(k)) raw = load16(w + column(k));
      unpack16<T>(raw, held.body[k]);
    }
  }

  __device__ __forceinline__ void store(T* y, const Numbers& held) const {
    for (int k = 0; k < Team::vectors; ++k) {
      if (has(k)) store16(y + begin_ + column(k), pack16<T>(held.body[k]));
    }
    if (EDGES && edge_ >= 0) y[begin_ + edge_] = from_float<T>(held.edge);
  }

  /// Gives absent elements another value.
  __device__ __forceinline__ void fill_absent(float value, Numbers& held) const {
    for (int k = 0; k < Team::vectors; ++k) {
      for (float& number : held.body[k]) number = has(k) ? number : value;
    }
    if (EDGES && edge_ < 0) held.edge = value;
  }

 private:
  static constexpr int width = per_vector<T>;

  __device__ __forceinline__ int vector(int k) const {
    return first_ + k * static_cast<int>(Team::size());
  }
  __device__ __forceinline__ bool has(int k) const { return vector(k) < vectors_; }
  __device__ __forceinline__ int column(int k) const { return head_ + vector(k) * width; }

  std::int64_t begin_;  // of the row, in elements
  int first_, head_ = 0, vectors_ = 0;
  int edge_ = -1;  // column, -1 where this thread holds none
};

/// Calls launch(RowTeam{}, grid) with a team that holds a row of `cols`; false where none does, for
/// more than 16 KiB x SEVERAL.  SEVERAL: vectors that a thread holds where there are many rows;
/// more of them share the cost of the sums, until registers run out.
template <class T, int SEVERAL, class Launch>
bool with_row_team(std::int64_t rows, std::int64_t cols, int sms, Launch launch) {
  const std::int64_t vectors = (cols + per_vector<T> - 1) / per_vector<T>;
  Grid grid;
  if (vectors <= 32 * SEVERAL) {
    constexpr unsigned rows_per_block = 4;
    grid.x = static_cast<unsigned>((rows + rows_per_block - 1) / rows_per_block);
    grid.threads = 32 * rows_per_block;
    vectors <= 32 ? launch(RowTeam<1, true>{}, grid) : launch(RowTeam<SEVERAL, true>{}, grid);
    return true;
  }
  grid.x = static_cast<unsigned>(rows);
  // Few rows: all that counts is how soon the slowest thread is done.
  const bool one_each = rows <= sms && vectors <= 1024;
  const std::int64_t each_warp = one_each ? 32 : 32 * SEVERAL;
  grid.threads = static_cast<unsigned>((vectors + each_warp - 1) / each_warp * 32);
  if (grid.threads > 1024) return false;
  one_each ? launch(RowTeam<1, false>{}, grid) : launch(RowTeam<SEVERAL, false>{}, grid);
  return true;
}

}  // namespace roofmark::gpu
