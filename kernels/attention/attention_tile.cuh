// Attention on tensor cores, one warp's part: rows of 16-bit elements in shared memory, products of
// their 16x16 pieces, and the softmax between the two products.
#pragma once

#include <cmath>

#include "core/gpu.cuh"

namespace roofmark::attention {

// ---- rows of elements in shared memory ---------------------------------------------------------

/// Rows of `dim` elements, laid out so that one 16-byte piece of each of eight consecutive rows
/// lies in eight different groups of banks.  Padded: by one piece a row, which costs memory but no
/// instruction.  Turned: dense, the pieces of a row permuted by an exclusive or with its turn.
template <int dim_, bool padded_>
struct Rows {
  static constexpr int dim = dim_, bytes = 2 * dim + (padded_ ? 16 : 0), pieces = dim / 8;
  static constexpr bool padded = padded_;
  static_assert(dim % 32 == 0, "turned rows are a multiple of 64 bytes long");

  /// In bytes; the same for rows that are a multiple of 8 apart.
  static __device__ __forceinline__ int turn(int row) {
    return padded ? 0 : (dim % 64 == 0 ? row & 7 : row >> 1 & 3) * 16;
  }
  static __device__ __forceinline__ int place(int row, int piece) {
    return row * bytes + (padded ? piece * 16 : piece * 16 ^ turn(row));
  }
};

/// Where this lane points a load of four 8x8 matrices, which together are 16 rows of 16 elements.
template <class R>
struct Corner {
  const unsigned char* at;
  int turned;

  /// Matrices 1, 2 and 3 lie below the first, right of it, and below that: the fragment of a left
  /// operand, or transposed of a right one whose rows are summed over.
  static __device__ __forceinline__ Corner down_first(const unsigned char* rows) {
    return corner(rows, gpu::lane() % 16, gpu::lane() / 16);
  }
  /// Right of it, below it, and right of that: of a right operand whose columns are summed over.
  static __device__ __forceinline__ Corner right_first(const unsigned char* rows) {
    return corner(rows, gpu::lane() % 8 + gpu::lane() / 16 * 8, gpu::lane() / 8 % 2);
  }
  /// The lane's row of the 16x16 piece that begins at row `row`, a multiple of 8, and at column
  /// 16 `column`.
  __device__ __forceinline__ const unsigned char* of(int row, int column) const {
    return at + (row * R::bytes + (R::padded ? column * 32 : turned ^ column * 32));
  }

 private:
  static __device__ __forceinline__ Corner corner(const unsigned char* rows, int row, int piece) {
    const int turned = piece * 16 ^ R::turn(row);
    return {rows + row * R::bytes + (R::padded ? turned : 0), turned};
  }
};

/// How THREADS threads share the 16-byte pieces of COUNT rows: each keeps to one column of pieces
/// where that comes out even.
template <class R, int COUNT, int THREADS>
struct Share {
  static constexpr int pieces = R::pieces, turns = COUNT * pieces / THREADS;
  static constexpr bool upright = THREADS % pieces == 0;
  static constexpr int rows_a_turn = THREADS / pieces;
  static_assert(COUNT * pieces % THREADS == 0, "every thread copies as many");
  int thread;

  __device__ __forceinline__ int row(int turn) const {
    return upright ? thread / pieces + turn * rows_a_turn : (thread + turn * THREADS) / pieces;
  }
  __device__ __forceinline__ int piece(int turn) const {
    return (upright ? thread : thread + turn * THREADS) % pieces;
  }
  __device__ __forceinline__ int place(int turn) const {
    if (!upright) return R::place(row(turn), piece(turn));
    // Rows below rows_a_turn, a power of two, and multiples of it are turned independently.
    const int below = turn * rows_a_turn;
    return below * R::bytes +
           (R::padded ? R::place(row(0), piece(0)) : R::place(row(0), piece(0)) ^ R::turn(below));
  }
};

/// Starts copying COUNT rows, `step` bytes apart, to shared memory.
template <class R, int COUNT, int THREADS>
ROOFMARK_DEVICE void copy_rows(unsigned char* to, int thread, const unsigned char* from, int step) {
  using S = Share<R, COUNT, THREADS>;
  const S share{thread};
  const unsigned char* first = from + (share.row(0) * step + share.piece(0) * 16);
  ROOFMARK_UNROLL
  for (int i = 0; i < S::turns; ++i) {
    const unsigned char* at = S::upright ? first + i * (S::rows_a_turn * step)
                                         : from + (share.row(i) * step + share.piece(i) * 16);
    gpu::copy_async16(to + share.place(i), at);
  }
}
/// The same, with zeros from row `valid` on; row r is at row_at(r).
template <class R, int COUNT, int THREADS, class RowAt>
ROOFMARK_DEVICE void copy_valid_rows(unsigned char* to, int thread, int valid, RowAt row_at) {
  using S = Share<R, COUNT, THREADS>;
  const S share{thread};
  ROOFMARK_ROLL
  for (int i = 0; i < S::turns; ++i) {
    const int row = share.row(i);
    gpu::copy_async16(to + share.place(i), row_at(row) + share.piece(i) * 16, row < valid);
  }
}

/// The keys, or the values, that one sequence shows to one key/value head.
struct Keys {
  const unsigned char* cache;  ///< of positions below `cached`, end to end
  const unsigned char* fresh;  ///< of those from `cached` on, `fresh_step` bytes apart
  int fresh_step, cached, count;

  /// Starts copying COUNT of them from `first` on; what lies beyond the last is zero.
  template <class R, int COUNT, int THREADS>
  __device__ __forceinline__ void copy(unsigned char* to, int thread, int first) const {
    constexpr int step = 2 * R::dim;
    const long long at = first;
    if (first + COUNT <= cached) {
      copy_rows<R, COUNT, THREADS>(to, thread, cache + at * step, step);
    } else if (first >= cached && first + COUNT <= count) {
      copy_rows<R, COUNT, THREADS>(to, thread, fresh + (at - cached) * fresh_step, fresh_step);
    } else {
      copy_valid_rows<R, COUNT, THREADS>(to, thread, count - first, [&](int row) {
        const long long key = at + row;
        return key < cached ? cache + key * step : fresh + (key - cached) * fresh_step;
      });
    }
  }
};

// ---- products ----------------------------------------------------------------------------------

/// A 16x16 right operand is two of 16x8.
template <class T>
ROOFMARK_DEVICE void multiply_add_pair(float (&left)[4], float (&right)[4],
                                       const std::uint32_t (&a)[4], const std::uint32_t (&b)[4]) {
  const std::uint32_t first[2] = {b[0], b[1]}, second[2] = {b[2], b[3]};
  gpu::multiply_add<T>(left, a, first);
  gpu::multiply_add<T>(right, a, second);
}

/// scores += one 16-wide step of Q K^T: queries `a`, M pieces of 16 rows; keys 8 N from `keys` on.
template <class T, class R, int M, int N>
ROOFMARK_DEVICE void add_scores(float (&scores)[M][N][4], const std::uint32_t (&a)[M][4],
                                const Corner<R>& keys, int step) {
  ROOFMARK_UNROLL
  for (int n = 0; n < N; n += 2) {
    std::uint32_t b[4];
    gpu::load_matrices(b, keys.of(8 * n, step));
    ROOFMARK_UNROLL
    for (int m = 0; m < M; ++m) multiply_add_pair<T>(scores[m][n], scores[m][n + 1], a[m], b);
  }
}

/// sums += P V, P being weights packed as Softmax::weigh() does.
template <class T, class R, int M, int N, int P>
ROOFMARK_DEVICE void add_values(float (&sums)[M][P][4], const std::uint32_t (&weights)[M][N][4],
                                const Corner<R>& values) {
  ROOFMARK_UNROLL
  for (int n = 0; n < N; ++n) {
    ROOFMARK_UNROLL
    for (int d = 0; d < P; d += 2) {
      std::uint32_t b[4];
      gpu::load_matrices_transposed(b, values.of(16 * n, d / 2));
      ROOFMARK_UNROLL
      for (int m = 0; m < M; ++m)
        multiply_add_pair<T>(sums[m][d], sums[m][d + 1], weights[m][n], b);
    }
  }
}

// ---- softmax -----------------------------------------------------------------------------------

/// Of rows seen piece by piece: a lane keeps rows lane / 4 and 8 below it of each of M pieces.
/// Weights are 2^(scale (score - top)); `sum` counts this lane's columns alone until finish().
template <int M>
struct Softmax {
  float top[M][2], sum[M][2];

  __device__ __forceinline__ void start() {
    ROOFMARK_UNROLL
    for (int m = 0; m < M; ++m) {
      top[m][0] = top[m][1] = -INFINITY;
      sum[m][0] = sum[m][1] = 0;
    }
  }

  /// Turns scores into weights, packed as the left operands of products with 16 keys each, and
  /// scales what was summed before to the new top.  Each row has a finite score by now.
  template <class T, int N, int P>
  __device__ __forceinline__ void weigh(std::uint32_t (&weights)[M][N / 2][4],
                                        const float (&scores)[M][N][4], float (&sums)[M][P][4],
                                        float scale) {
    ROOFMARK_UNROLL
    for (int m = 0; m < M; ++m) {
      float kept[2], shift[2];
      ROOFMARK_UNROLL
      for (int h = 0; h < 2; ++h) {
        float most = top[m][h];
        ROOFMARK_UNROLL
        for (int n = 0; n < N; ++n)
          most = fmaxf(most, fmaxf(scores[m][n][2 * h], scores[m][n][2 * h + 1]));
        most = fmaxf(most, gpu::shuffle_xor(most, 1));
        most = fmaxf(most, gpu::shuffle_xor(most, 2));
        kept[h] = gpu::exp2_approx((top[m][h] - most) * scale);
        shift[h] = most * scale;
        top[m][h] = most;
        sum[m][h] *= kept[h];
      }
      // Four registers of a fragment at a time: they lie side by side and move together.
      ROOFMARK_UNROLL
      for (int p = 0; p < P; ++p) {
        ROOFMARK_UNROLL
        for (int i = 0; i < 4; ++i) sums[m][p][i] *= kept[i / 2];
      }
      ROOFMARK_UNROLL
      for (int n = 0; n < N; ++n) {
        ROOFMARK_UNROLL
        for (int h = 0; h < 2; ++h) {
          const float low = gpu::exp2_approx(fmaf(scores[m][n][2 * h], scale, -shift[h]));
          const float high = gpu::exp2_approx(fmaf(scores[m][n][2 * h + 1], scale, -shift[h]));
          sum[m][h] += low + high;
          weights[m][n / 2][n % 2 * 2 + h] = gpu::pack<T>(low, high);
        }
      }
    }
  }

  __device__ __forceinline__ void finish() {
    ROOFMARK_UNROLL
    for (int m = 0; m < M; ++m) {
      ROOFMARK_UNROLL
      for (int h = 0; h < 2; ++h) {
        sum[m][h] += gpu::shuffle_xor(sum[m][h], 1);
        sum[m][h] += gpu::shuffle_xor(sum[m][h], 2);
      }
    }
  }
};

template <int M, int N>
ROOFMARK_DEVICE void clear(float (&x)[M][N][4]) {
  ROOFMARK_UNROLL
  for (int m = 0; m < M; ++m) {
    ROOFMARK_UNROLL
    for (int n = 0; n < N; ++n) {
      ROOFMARK_UNROLL
      for (int i = 0; i < 4; ++i) x[m][n][i] = 0;
    }
  }
}

/// scale of Softmax::weigh: log2(e) / sqrt(head_dim).
inline float score_scale(int head_dim) {
  return static_cast<float>(1.4426950408889634 / std::sqrt(static_cast<double>(head_dim)));
}

/// Puts the fresh key or value of each of `rows` positions into the cache.
template <int D>
ROOFMARK_DEVICE void append(unsigned char* cache, const unsigned char* fresh, int fresh_step,
                            int rows, int thread, int threads) {
  constexpr int pieces = D / 8;
  for (int i = thread; i < rows * pieces; i += threads) {
    const int r = i / pieces, piece = i % pieces;
    const long long row = r;
    gpu::store16_once(cache + row * 2 * D + piece * 16,
                      gpu::load16(fresh + row * fresh_step + piece * 16));
  }
}

}  // namespace roofmark::attention
