// The loops of a matrix product on the tiles of AMX, for gemm's leaves: everything has internal
// linkage.  Four tiles of 16 x 16 sums take two tiles of A by two of W: four products for four
// loads, the least that eight tiles allow.  32 columns of W stay in the L1 cache while rows of A
// pass from L2, past L1 (tileloaddt1); sums of a block of C wait in L2 for the next units of k.
#pragma once

#include "core/vector.isa.h"
#include "kernels/gemm/gemm.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

constexpr std::int64_t tile_lines = 16;       // rows of a tile, 64 bytes each
constexpr std::int64_t step_bytes = 64;       // of a row of A, multiplied at once
constexpr std::int64_t square = 32;           // rows and columns of C that are summed up in tiles
constexpr std::int64_t w_step_bytes = square * step_bytes;
constexpr std::int64_t square_bytes = square * square * 4;  // of sums

// Of the 48 KiB of L1 32 are a panel of W; of the 2 MiB of L2 the sums take half, and the rows of A
// that all its panels pass by a quarter.  Bytes from beyond L2 per multiply-add are the fewest
// where a block of C is square.
constexpr std::int64_t block_steps = 16, block_rows = 512, block_columns = 512;

/// What `ldtilecfg` reads: palette 1, tiles of 64 bytes a row (Intel SDM volume 1, 18.2).  Sums are
/// tiles 0 to 3, row by row; 4 and 5 are of A, 6 and 7 of W.
struct TileShapes {
  std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
  std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t lines[16] = {};
};
static_assert(sizeof(TileShapes) == 64);

ROOFMARK_LEAF void configure(std::int64_t rows) {
  const auto upper = static_cast<std::uint8_t>(rows < tile_lines ? rows : tile_lines);
  const auto lower = static_cast<std::uint8_t>(rows > tile_lines ? rows - tile_lines : tile_lines);
  const TileShapes shapes{
      .lines = {upper, upper, lower, lower, upper, lower, tile_lines, tile_lines}};
  asm volatile("ldtilecfg %0" : : "m"(shapes));
}

/// A part of C and of k: what is multiplied while its sums and rows of A stay in L2.
struct Pass {
  std::int64_t row, rows, column, columns, step, steps;
};

/// Equal parts of at most `most`, whole `grain`s each but the last.
struct Parts {
  std::int64_t count, size, total;
  Parts(std::int64_t all, std::int64_t most, std::int64_t grain) : total(all) {
    count = (all + most - 1) / most;
    size = ((all + count - 1) / count + grain - 1) / grain * grain;
    count = (all + size - 1) / size;
  }
  std::int64_t length(std::int64_t i) const {
    return total - i * size < size ? total - i * size : size;
  }
};

/// All of a thread's share, k innermost, then rows: what W brings from memory is read again soon.
struct Passes {
  Parts columns, rows, steps;
  explicit Passes(const PanelProduct& of)
      : columns(of.columns, block_columns, square),
        rows(of.m, block_rows, square),
        steps(of.units * 4 / step_bytes, block_steps, 1) {}
  std::int64_t count() const { return columns.count * rows.count * steps.count; }
  Pass at(std::int64_t i) const {
    const std::int64_t s = i % steps.count, r = i / steps.count % rows.count,
                       c = i / steps.count / rows.count;
    return {r * rows.size,        rows.length(r), c * columns.size,
            columns.length(c),    s * steps.size, steps.length(s)};
  }
};

/// One square's steps, and lines that are asked for meanwhile: `w_lines` in a row and one in each
/// of `a_rows` rows at every step.
struct Square {
  const char *a, *w;
  std::int64_t a_stride, steps;
  char* sums;
  bool first;
  const char *w_soon, *a_soon;
  std::int64_t w_lines, a_rows;
};

/// `Math` says how tiles are multiplied: void both(a, stride, w), two tiles of A by two of W, and
/// upper(a, stride, w), one by two;
///   Out, void finish(Out*, Sum, const f16* scales, factor), as of a panel_product().
template <class Math, bool lower>
static __attribute__((noinline)) void multiply_square(const Square& of) {
  const std::int64_t line = 2 * step_bytes;
  if (of.first) {
    asm volatile("tilezero %%tmm0\n tilezero %%tmm1\n tilezero %%tmm2\n tilezero %%tmm3" ::);
  } else {
    asm volatile("tileloadd (%0,%1), %%tmm0\n tileloadd 64(%0,%1), %%tmm1"
                 : : "r"(of.sums), "r"(line) : "memory");
    if (lower) {
      asm volatile("tileloadd 2048(%0,%1), %%tmm2\n tileloadd 2112(%0,%1), %%tmm3"
                   : : "r"(of.sums), "r"(line) : "memory");
    }
  }
  const char *a = of.a, *w = of.w, *w_soon = of.w_soon, *a_soon = of.a_soon;
  for (std::int64_t s = 0; s < of.steps; ++s) {
    if (lower) {
      Math::both(a, a + tile_lines * of.a_stride, of.a_stride, w);
    } else {
      Math::upper(a, of.a_stride, w);
    }
    a += step_bytes;
    w += w_step_bytes;
    for (std::int64_t l = 0; l < of.w_lines; ++l, w_soon += 64) __builtin_prefetch(w_soon, 0, 2);
    for (std::int64_t r = 0; r < of.a_rows; ++r) {
      __builtin_prefetch(a_soon + r * of.a_stride, 0, 2);
    }
    a_soon += step_bytes;
  }
  asm volatile("tilestored %%tmm0, (%0,%1)\n tilestored %%tmm1, 64(%0,%1)"
               : : "r"(of.sums), "r"(line) : "memory");
  if (lower) {
    asm volatile("tilestored %%tmm2, 2048(%0,%1)\n tilestored %%tmm3, 2112(%0,%1)"
                 : : "r"(of.sums), "r"(line) : "memory");
  }
}

/// Writes `rows` rows of a square to C.
template <class Math>
ROOFMARK_LEAF void finish_square(const PanelProduct& of, const char* sums, std::int64_t row,
                                 std::int64_t rows, std::int64_t column) {
  using Out = typename Math::Out;
  constexpr int vectors = square / lanes;
  const std::int64_t columns = of.columns - column;
  const f16* scales = of.scales == nullptr ? nullptr : of.scales + column;
  for (std::int64_t r = 0; r < rows; ++r, sums += square * 4) {
    Out edge[square];
    Out* c = reinterpret_cast<Out*>(of.c) + (row + r) * of.c_stride + column;
    Out* to = columns < square ? edge : c;
    typename Math::Sum sum[vectors];
    __builtin_memcpy(sum, sums, sizeof sum);
    for (int v = 0; v < vectors; ++v) {
      Math::finish(to + v * lanes, sum[v], scales == nullptr ? nullptr : scales + v * lanes,
                   of.factor);
    }
    if (to == edge) {
      for (std::int64_t j = 0; j < columns; ++j) c[j] = edge[j];
    }
  }
}

template <class Math>
ROOFMARK_LEAF void multiply_pass(const PanelProduct& of, const Pass& pass, const Pass& next,
                                 std::int64_t& configured) {
  const std::int64_t panel_bytes = of.units * 4 * square;
  const auto panel_of = [&](const Pass& p, std::int64_t panel) {
    return of.w + (p.column / square + panel) * panel_bytes + p.step * w_step_bytes;
  };
  const std::int64_t panels = (pass.columns + square - 1) / square,
                     squares = (pass.rows + square - 1) / square;
  const std::int64_t w_lines = (square + squares - 1) / squares,
                     a_rows = (square + panels - 1) / panels;
  const bool last = (pass.step + pass.steps) * step_bytes == of.units * 4;
  for (std::int64_t j = 0; j < panels; ++j) {
    const char* w_soon = j + 1 < panels ? panel_of(pass, j + 1) : panel_of(next, 0);
    for (std::int64_t i = 0; i < squares; ++i) {
      const std::int64_t row = i * square;
      const std::int64_t rows = pass.rows - row < square ? pass.rows - row : square;
      const std::int64_t soon_row = row + a_rows * j < next.rows ? row + a_rows * j : 0;
      const Square now{of.a + (pass.row + row) * of.a_stride + pass.step * step_bytes,
                       panel_of(pass, j),
                       of.a_stride,
                       pass.steps,
                       of.sums + (j * squares + i) * square_bytes,
                       pass.step == 0,
                       w_soon,
                       of.a + (next.row + soon_row) * of.a_stride + next.step * step_bytes,
                       w_lines,
                       next.rows - soon_row < a_rows ? next.rows - soon_row : a_rows};
      w_soon += pass.steps * w_lines * 64;
      if (rows != configured) configure(configured = rows);
      rows > tile_lines ? multiply_square<Math, true>(now) : multiply_square<Math, false>(now);
      if (last) {
        finish_square<Math>(of, now.sums, pass.row + row, rows, pass.column + j * square);
      }
    }
  }
}

/// Tiles are configured by each thread for this call alone.
template <class Math>
static void tile_product(const PanelProduct& of) {
  const Passes passes(of);
  const std::int64_t count = passes.count();
  std::int64_t configured = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    multiply_pass<Math>(of, passes.at(i), passes.at(i + 1 < count ? i + 1 : i), configured);
  }
  asm volatile("tilerelease");
}

static std::int64_t sums_of_tiles(std::int64_t m, std::int64_t columns) {
  const auto squares = [](std::int64_t all, std::int64_t most) {
    return ((all < most ? all : most) + square - 1) / square;
  };
  return squares(m, block_rows) * squares(columns, block_columns) * square_bytes;
}

/// A row of A of `bytes` bytes, padded with zeros to whole lines.
ROOFMARK_LEAF void pad_to_lines(const char* row, char* to, std::int64_t bytes) {
  __builtin_memcpy(to, row, static_cast<std::size_t>(bytes));
  for (std::int64_t i = bytes; i % step_bytes != 0; ++i) to[i] = 0;
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE

/// Products of tiles by an instruction, for a `Math`.
#define ROOFMARK_TILE_MATH(op)                                                                  \
  ROOFMARK_LEAF void both(const char* a, const char* below, std::int64_t stride,                \
                          const char* w) {                                                      \
    asm volatile("tileloaddt1 (%[a],%[stride]), %%tmm4\n"                                       \
                 "tileloadd (%[w],%[line]), %%tmm6\n"                                           \
                 "tileloadd 64(%[w],%[line]), %%tmm7\n"                                         \
                 "tileloaddt1 (%[below],%[stride]), %%tmm5\n" op                                \
                 " %%tmm6, %%tmm4, %%tmm0\n" op " %%tmm7, %%tmm4, %%tmm1\n" op                  \
                 " %%tmm6, %%tmm5, %%tmm2\n" op " %%tmm7, %%tmm5, %%tmm3"                       \
                 :                                                                              \
                 : [a] "r"(a), [below] "r"(below), [stride] "r"(stride), [w] "r"(w),            \
                   [line] "r"(2 * step_bytes)                                                   \
                 : "memory");                                                                   \
  }                                                                                             \
  ROOFMARK_LEAF void upper(const char* a, std::int64_t stride, const char* w) {                 \
    asm volatile("tileloaddt1 (%[a],%[stride]), %%tmm4\n"                                       \
                 "tileloadd (%[w],%[line]), %%tmm6\n"                                           \
                 "tileloadd 64(%[w],%[line]), %%tmm7\n" op " %%tmm6, %%tmm4, %%tmm0\n" op       \
                 " %%tmm7, %%tmm4, %%tmm1"                                                      \
                 :                                                                              \
                 : [a] "r"(a), [stride] "r"(stride), [w] "r"(w), [line] "r"(2 * step_bytes)     \
                 : "memory");                                                                   \
  }
