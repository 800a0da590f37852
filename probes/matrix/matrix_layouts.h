// Which lane holds which element: the fragments of mma.sync, and the tiles and d of wgmma.
// Source: PTX ISA 8.7, "Warp Level Matrix Multiply-Accumulate Instructions" and "Asynchronous
// Warpgroup Level Matrix Instructions".
#pragma once

#include "probes/matrix/matrix_probe.h"

namespace roofmark {

/// Element `element` of register `reg` of a lane, in an array [arrays][registers][threads].
struct MatrixPlace {
  int reg, thread, element;

  std::int64_t index(std::int64_t array, int registers, int threads, int per_register) const {
    return ((array * registers + reg) * threads + thread) * per_register + element;
  }
};

/// Of d, in all these instructions: 8 rows of 4 lanes, each with two neighbouring columns; then the
/// 8 rows below, then the next 8 columns.
inline MatrixPlace place_in_d(const MatrixProbe& probe, int row, int column) {
  const int rows_of_8 = probe.m == 8 ? 1 : 2;
  const int at = column / 8 * 2 * rows_of_8 + row / 8 % rows_of_8 * 2 + column % 2;
  return {at / probe.per_sum(), row / 16 * 32 + row % 8 * 4 + column % 8 / 2, at % probe.per_sum()};
}

/// Of A: 8 rows of 4 lanes, each with the elements of one register; then the 8 rows below, then as
/// many elements further along k.
inline MatrixPlace place_in_a(const MatrixProbe& probe, int row, int along_k) {
  const int per_register = probe.per_operand(), per_row = 4 * per_register;
  return {along_k / per_row * (probe.m / 8) + row / 8,
          row % 8 * 4 + along_k % per_row / per_register, along_k % per_register};
}

/// mma.sync: product = warp x chains + chain.
inline constexpr MatrixLayout fragment_layout{
    .a_count =
        [](const MatrixProbe& p) {
          return std::int64_t{matrix_cycle} * p.as * mma_threads * p.per_operand();
        },
    .b_count =
        [](const MatrixProbe& p) { return std::int64_t{p.products} * 32 * p.bs * p.per_operand(); },
    .start_count =
        [](const MatrixProbe& p) { return std::int64_t{p.products} * 32 * p.ds * p.per_sum(); },
    .result_count =
        [](const MatrixProbe& p) { return std::int64_t{p.ds} * mma_threads * p.per_sum(); },
    .a =
        [](const MatrixProbe& p, int product, int turn, int row, int along_k) {
          MatrixPlace place = place_in_a(p, row, along_k);
          place.thread += product / p.chains() * 32;
          return place.index(turn, p.as, mma_threads, p.per_operand());
        },
    // As A's first rows: columns take the place of rows.
    .b =
        [](const MatrixProbe& p, int product, int, int along_k, int column) {
          const int per_register = p.per_operand(), per_row = 4 * per_register;
          const MatrixPlace place{
              along_k / per_row,
              product / p.chains() * 32 + column * 4 + along_k % per_row / per_register,
              along_k % per_register};
          return place.index(product % p.chains(), p.bs, mma_threads, per_register);
        },
    .start =
        [](const MatrixProbe& p, int product, int row, int column) {
          MatrixPlace place = place_in_d(p, row, column);
          place.thread += product / p.chains() * 32;
          return place.index(product % p.chains(), p.ds, mma_threads, p.per_sum());
        },
    .result = [](const MatrixProbe& p, int block, int product, int row,
                 int column) -> std::int64_t {
      const int warp = product / p.chains();
      if ((block + warp) % p.chains() != product % p.chains()) return -1;
      MatrixPlace place = place_in_d(p, row, column);
      place.thread += warp * 32;
      return place.index(0, p.ds, mma_threads, p.per_sum());
    }};

/// wgmma: product = warpgroup.
inline constexpr MatrixLayout warpgroup_layout{
    .a_count =
        [](const MatrixProbe& p) {
          return std::int64_t{wgmma_warpgroups} * wgmma_m * matrix_cycle * p.k;
        },
    .b_count = [](const MatrixProbe& p) { return std::int64_t{wgmma_n} * matrix_cycle * p.k; },
    .start_count =
        [](const MatrixProbe& p) { return std::int64_t{p.ds} * wgmma_threads * p.per_sum(); },
    .result_count = [](const MatrixProbe&) { return std::int64_t{4} * wgmma_threads; },
    .a =
        [](const MatrixProbe& p, int product, int turn, int row, int along_k) {
          const std::int64_t line = (product * wgmma_m + row) * matrix_cycle + turn;
          return line * p.k + along_k;
        },
    .b = [](const MatrixProbe& p, int, int turn, int along_k,
            int column) { return (std::int64_t{column} * matrix_cycle + turn) * p.k + along_k; },
    .start =
        [](const MatrixProbe& p, int product, int row, int column) {
          MatrixPlace place = place_in_d(p, row, column);
          place.thread += product * 128;
          return place.index(0, p.ds, wgmma_threads, p.per_sum());
        },
    .result = [](const MatrixProbe& p, int block, int product, int row,
                 int column) -> std::int64_t {
      if (block % (wgmma_n / 8) != column / 8) return -1;
      MatrixPlace place = place_in_d(p, row, column % 8);
      place.thread += product * 128;
      return place.index(0, 4 / p.per_sum(), wgmma_threads, p.per_sum());
    }};

}  // namespace roofmark
