// The inner loop of a matrix product of bytes by instructions that multiply two rows of A by two
// columns of W, for gemm's leaves of FEAT_I8MM: everything has internal linkage.  Per 8 of k, tiles
// of 6 rows by 16 columns take 8 vectors of W, each of two columns, and 3 pairs of rows of A for 24
// products of 2 x 2: 14 loads for 768 multiply-adds.
#pragma once

#include "core/dot.isa.h"
#include "kernels/gemm/gemm_int8.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

constexpr int column_pairs = panel_columns / 2;

/// A `Math` of units of 8 of k, of which a vector holds those of two columns.
template <class Sums>
struct Octets : Sums {
  static constexpr bool in_squares = true;
  static constexpr int unit_bytes = 8, weight_bytes = 2 * ROOFMARK_VECTOR_BYTES;
};

/// Sums of pairs of rows and pairs of columns, [row][column] in a vector.
template <int rows>
struct TileSums {
  static constexpr int row_pairs = (rows + 1) / 2;
  vi32 sums[row_pairs][column_pairs];

  /// Row r, panel_columns next to one another.
  ROOFMARK_LEAF vi32 of_row(const TileSums& all, int r, int v) {
    const vi32 left = all.sums[r / 2][2 * v], right = all.sums[r / 2][2 * v + 1];
    return r % 2 == 0 ? vi32{left[0], left[1], right[0], right[1]}
                      : vi32{left[2], left[3], right[2], right[3]};
  }
};

/// load_two_rows() of core/dot.isa.h, which is looked up where a tile is made: other machines have
/// none.
template <class Byte>
ROOFMARK_LEAF vu32 two_rows(const Byte* first, const Byte* second) {
  return load_two_rows(first, second);
}

/// An odd last row is multiplied twice.  What sums start at is added in the end, so that the loop
/// has every register.
template <class Math, int rows, class Asks>
requires(Math::in_squares) static
    __attribute__((noinline)) void tile(const Block& block, std::int64_t row, Asks asks) {
  constexpr int w_bytes = panel_vectors * Math::weight_bytes;
  const std::int64_t stride = block.of.a_stride;
  const char *a = block.a + row * stride, *w = block.w;
  TileSums<rows> squares = {};
  for (std::int64_t u = 0; u < block.units; ++u, a += Math::unit_bytes, w += w_bytes) {
    if (u % line_units == 0) at_line<rows>(asks, a, stride);
    at_unit(asks);
    vu32 pairs[TileSums<rows>::row_pairs];
    for (int p = 0; p < TileSums<rows>::row_pairs; ++p) {
      const char* first = a + 2 * p * stride;
      pairs[p] = two_rows(first, 2 * p + 1 < rows ? first + stride : first);
    }
    for (int c = 0; c < column_pairs; ++c) {
      const vu32 columns = load_u32(w + c * ROOFMARK_VECTOR_BYTES);
      for (int p = 0; p < TileSums<rows>::row_pairs; ++p) {
        squares.sums[p][c] = add_square(squares.sums[p][c], pairs[p], columns);
      }
    }
  }
  vi32 sums[rows][panel_vectors];
  begin<Math, rows>(sums, block, row);
  for (int r = 0; r < rows; ++r) {
    for (int v = 0; v < panel_vectors; ++v) sums[r][v] += TileSums<rows>::of_row(squares, r, v);
    end<Math>(sums[r], block, row + r);
  }
}

[[maybe_unused]] static std::int32_t pad_octets(const char* row, char* to, std::int64_t k) {
  padded_sum<8>(row, to, k);
  return 0;
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
