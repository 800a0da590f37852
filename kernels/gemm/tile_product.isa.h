// The loops of a matrix product on the tiles of AMX, for gemm's leaves: everything has internal
// linkage.  Four tiles of 16 x 16 sums take two tiles of A by two of W: four products for four
// loads, the least that eight tiles allow.  32 columns of W stay in the L1 cache while rows of A
// pass from L2, past L1 (tileloaddt1); sums of a block of C wait in L2 for the next units of k.
// Loads are the limit: on the Xeon of 2024 that this was written on (16 cycles a product, 8 a tile
// from L1) rates fall by 13 % as soon as every product has a load and its operands are not 0.
#pragma once

#include "core/tiles.isa.h"
#include "core/vector.isa.h"
#include "kernels/gemm/gemm.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

constexpr std::int64_t tile_lines = 16;  // rows of a tile, 64 bytes each
constexpr std::int64_t step_bytes = 64;  // of a row of A or a column of W, multiplied at once
constexpr std::int64_t square = 32;      // rows and columns of C that are summed up in tiles
constexpr std::int64_t square_step = square * step_bytes;   // of A and of W
constexpr std::int64_t square_bytes = square * square * 4;  // of sums

// A part is 32 KiB of a panel of W, of the 48 of L1, and as much of 32 rows of A.  Of the 2 MiB of
// L2 a block's sums take an eighth and its rows of A as much, twice while the next are fetched: a
// line from beyond L2 takes longer than the CPU looks ahead, so what is kept must not be pushed
// out.
constexpr std::int64_t part_steps = 16, part_bytes = part_steps * square_step;
constexpr std::int64_t block_rows = 256, block_columns = 256;

// How far ahead W is asked for where rows are one square at most and memory binds.  A panel at a
// time as it lies in memory, not by parts: one core, 4096 x 4096 by 2 to 16 rows, bf16 2.65 -> 1.95
// ms, int8 1.30 -> 1.00 (16 KiB ahead the same).
constexpr std::int64_t tiles_ahead = 4096;

ROOFMARK_LEAF std::int64_t whole(std::int64_t count, std::int64_t grain) {
  return (count + grain - 1) / grain;
}
ROOFMARK_LEAF std::int64_t least(std::int64_t a, std::int64_t b) { return a < b ? a : b; }

/// For squares of that many rows: sums in tiles 0 to 3, row by row, 4 and 5 of A, 6 and 7 of W.
/// Where all are whole, 4 to 7 are sums and the others operands as well.
ROOFMARK_LEAF void configure(std::int64_t rows) {
  const auto upper = static_cast<std::uint8_t>(least(rows, tile_lines));
  const auto lower = static_cast<std::uint8_t>(rows > tile_lines ? rows - tile_lines : tile_lines);
  const TileShapes shapes{
      .lines = {upper, upper, lower, lower, upper, lower, tile_lines, tile_lines}};
  asm volatile("ldtilecfg %0" : : "m"(shapes));
}

/// A part of C and of k: what is multiplied while its sums and rows of A stay in L2.
struct TilePass {
  std::int64_t row, rows, column, columns, part, steps;
};

/// All of a thread's share, k innermost, then rows: what W brings from memory is read again soon.
struct TilePasses {
  std::int64_t m, columns, steps;
  std::int64_t row_blocks, column_blocks, parts;
  explicit TilePasses(const PanelProduct& of)
      : m(of.m),
        columns(of.columns),
        steps(of.units * 4 / step_bytes),
        row_blocks(whole(m, block_rows)),
        column_blocks(whole(columns, block_columns)),
        parts(whole(steps, part_steps)) {}
  std::int64_t count() const { return row_blocks * column_blocks * parts; }
  TilePass at(std::int64_t i) const {
    const std::int64_t part = i % parts, row = i / parts % row_blocks * block_rows,
                       column = i / parts / row_blocks * block_columns;
    return {row,    least(m - row, block_rows),
            column, least(columns - column, block_columns),
            part,   least(steps - part * part_steps, part_steps)};
  }
};

/// One square's steps, and lines that are asked for meanwhile, so many at every step.
struct Square {
  const char *a, *w;
  std::int64_t steps;
  char* sums;
  const char* next_sums;  ///< that the other tiles begin with; null: with 0
  const char *w_soon, *a_soon;
  std::int64_t w_lines, a_lines;
};

ROOFMARK_LEAF void ask(Square& what) {
  for (std::int64_t l = 0; l < what.w_lines; ++l, what.w_soon += 64) {
    __builtin_prefetch(what.w_soon, 0, 2);
  }
  for (std::int64_t l = 0; l < what.a_lines; ++l, what.a_soon += 64) {
    __builtin_prefetch(what.a_soon, 0, 2);
  }
}

/// Sums for tiles 0 to 3 or, `odd`, 4 to 7.
template <bool odd>
ROOFMARK_LEAF void begin_tiles(const char* sums) {
  constexpr std::int64_t line = square * 4;
  if (sums == nullptr) {
    if (odd) {
      asm volatile("tilezero %%tmm4\n tilezero %%tmm5\n tilezero %%tmm6\n tilezero %%tmm7" ::);
    } else {
      asm volatile("tilezero %%tmm0\n tilezero %%tmm1\n tilezero %%tmm2\n tilezero %%tmm3" ::);
    }
  } else if (odd) {
    asm volatile(
        "tileloadd (%0,%1), %%tmm4\n tileloadd 64(%0,%1), %%tmm5\n"
        "tileloadd 2048(%0,%1), %%tmm6\n tileloadd 2112(%0,%1), %%tmm7"
        :
        : "r"(sums), "r"(line)
        : "memory");
  } else {
    asm volatile(
        "tileloadd (%0,%1), %%tmm0\n tileloadd 64(%0,%1), %%tmm1\n"
        "tileloadd 2048(%0,%1), %%tmm2\n tileloadd 2112(%0,%1), %%tmm3"
        :
        : "r"(sums), "r"(line)
        : "memory");
  }
}

template <bool odd>
ROOFMARK_LEAF void end_tiles(char* sums) {
  constexpr std::int64_t line = square * 4;
  if (odd) {
    asm volatile(
        "tilestored %%tmm4, (%0,%1)\n tilestored %%tmm5, 64(%0,%1)\n"
        "tilestored %%tmm6, 2048(%0,%1)\n tilestored %%tmm7, 2112(%0,%1)"
        :
        : "r"(sums), "r"(line)
        : "memory");
  } else {
    asm volatile(
        "tilestored %%tmm0, (%0,%1)\n tilestored %%tmm1, 64(%0,%1)\n"
        "tilestored %%tmm2, 2048(%0,%1)\n tilestored %%tmm3, 2112(%0,%1)"
        :
        : "r"(sums), "r"(line)
        : "memory");
  }
}

/// A square of 32 rows; `Math` says how tiles are multiplied: void even(a, w), void odd(a, w), and
/// of 16 rows or less void upper(a, w);
///   Out, void finish(Out* c, const char* sums, const float* factors), 32 sums next to one another.
/// The next one's sums are loaded before these are stored: loads wait for stores before them to
/// addresses that end alike in 12 bits, and so for every product.
template <class Math, bool odd>
static __attribute__((noinline)) void multiply_square(Square now) {
  for (std::int64_t s = 0; s < now.steps; ++s) {
    odd ? Math::odd(now.a, now.w) : Math::even(now.a, now.w);
    now.a += square_step;
    now.w += square_step;
    ask(now);
  }
  begin_tiles<!odd>(now.next_sums);
  end_tiles<odd>(now.sums);
}

/// One of fewer rows, by itself.
template <class Math>
static __attribute__((noinline)) void multiply_edge(Square now, std::int64_t rows,
                                                    const char* sums) {
  configure(rows);
  begin_tiles<false>(sums);
  for (std::int64_t s = 0; s < now.steps; ++s) {
    rows > tile_lines ? Math::even(now.a, now.w) : Math::upper(now.a, now.w);
    now.a += square_step;
    now.w += square_step;
    ask(now);
  }
  end_tiles<false>(now.sums);
  configure(square);
}

/// 32 results of one row, of which C has `columns`.
template <class Math>
ROOFMARK_LEAF void finish_edge(typename Math::Out* c, const char* sums, const float* factors,
                               std::int64_t columns) {
  typename Math::Out all[square];
  Math::finish(all, sums, factors);
  for (std::int64_t j = 0; j < columns; ++j) c[j] = all[j];
}

/// Row by row over all panels, so that C is written in whole lines one after another: rows of one
/// panel lie a multiple of 4 KiB apart, too many for the ways of L1.
template <class Math>
static __attribute__((noinline)) void finish_pass(const PanelProduct& of, const TilePass& pass) {
  using Out = typename Math::Out;
  const std::int64_t panel_bytes = whole(pass.rows, square) * square_bytes;
  const std::int64_t inner = pass.columns / square * square;
  float factors[block_columns];
  for (std::int64_t j = 0; of.scales != nullptr && j < whole(pass.columns, lanes) * lanes;
       j += lanes) {
    store(factors + j, load(of.scales + pass.column + j) * broadcast(of.factor));
  }
  for (std::int64_t r = 0; r < pass.rows; ++r) {
    const char* sums = of.sums + r * square * 4;
    Out* c = reinterpret_cast<Out*>(of.c) + (pass.row + r) * of.c_stride + pass.column;
    for (std::int64_t j = 0; j < inner; j += square, sums += panel_bytes) {
      Math::finish(c + j, sums, factors + j);
    }
    if (inner < pass.columns) {
      finish_edge<Math>(c + inner, sums, factors + inner, pass.columns - inner);
    }
  }
}

/// Where the squares of a pass find their operands.
struct Places {
  const PanelProduct& of;
  const char* w(const TilePass& pass, std::int64_t panel) const {
    const std::int64_t panel_bytes = of.units * 4 * square;
    return of.w + (pass.column / square + panel) * panel_bytes + pass.part * part_bytes;
  }
  const char* a(const TilePass& pass, std::int64_t i) const {
    return of.a + (pass.part * whole(of.m, square) + pass.row / square + i) * part_bytes;
  }
};

/// All rows of a pass by one panel of W.
template <class Math>
ROOFMARK_LEAF void multiply_panel(const TilePass& pass, const Places& at, std::int64_t panel,
                                  Square now, char* sums) {
  const std::int64_t full = pass.rows / square, edge = pass.rows % square;
  const bool first = pass.part == 0;
  now.w = at.w(pass, panel);
  begin_tiles<false>(first ? nullptr : sums);
  const auto go_on = [&] {
    now.w_soon += pass.steps * now.w_lines * 64;
    now.a_soon += pass.steps * now.a_lines * 64;
    now.sums += square_bytes;
  };
  now.sums = sums;
  for (std::int64_t i = 0; i < full; ++i) {
    now.a = at.a(pass, i);
    now.next_sums = first || i + 1 == full ? nullptr : now.sums + square_bytes;
    i % 2 == 1 ? multiply_square<Math, true>(now) : multiply_square<Math, false>(now);
    go_on();
  }
  if (edge == 0) return;
  now.a = at.a(pass, full);
  multiply_edge<Math>(now, edge, first ? nullptr : now.sums);
}

template <class Math>
ROOFMARK_LEAF void multiply_pass(const PanelProduct& of, const TilePass& pass,
                                 const TilePass& next) {
  const Places at{of};
  const std::int64_t panels = whole(pass.columns, square), squares = whole(pass.rows, square);
  Square now{};
  now.steps = pass.steps;
  now.w_lines = whole(square, squares);
  now.a_lines = whole(square, panels);
  for (std::int64_t j = 0; j < panels; ++j) {
    char* sums = of.sums + j * squares * square_bytes;
    now.w_soon = j + 1 < panels ? at.w(pass, j + 1) : at.w(next, 0);
    now.a_soon = at.a(next, 0) + j * squares * pass.steps * now.a_lines * 64;
    multiply_panel<Math>(pass, at, j, now, sums);
  }
  if (pass.part * part_steps + pass.steps == of.units * 4 / step_bytes) finish_pass<Math>(of, pass);
}

/// Of rows that are one square at most: parts of A lie one behind another then, and stay in L2.
template <class Math>
ROOFMARK_LEAF void multiply_one_square(const PanelProduct& of) {
  Square now{};
  now.steps = of.units * 4 / step_bytes;
  now.w = of.w;
  now.w_lines = square;
  for (std::int64_t column = 0; column < of.columns; column += block_columns) {
    const TilePass pass{0, of.m, column, least(of.columns - column, block_columns), 0, now.steps};
    now.sums = of.sums;
    for (std::int64_t j = 0; j < pass.columns; j += square, now.sums += square_bytes) {
      now.a = of.a;
      now.w_soon = now.w + tiles_ahead;
      multiply_edge<Math>(now, of.m, nullptr);
      now.w += now.steps * square_step;
    }
    finish_pass<Math>(of, pass);
  }
}

/// Tiles are configured by each thread for this call alone.
template <class Math>
static void tile_product(const PanelProduct& of) {
  if (of.m <= square) {
    multiply_one_square<Math>(of);
    asm volatile("tilerelease");
    return;
  }
  const TilePasses passes(of);
  const std::int64_t count = passes.count();
  configure(square);
  for (std::int64_t i = 0; i < count; ++i) {
    multiply_pass<Math>(of, passes.at(i), passes.at(i + 1 < count ? i + 1 : i));
  }
  asm volatile("tilerelease");
}

[[maybe_unused]] static std::int64_t sums_of_tiles(std::int64_t m, std::int64_t columns) {
  return whole(least(m, block_rows), square) * whole(least(columns, block_columns), square) *
         square_bytes;
}

[[maybe_unused]] static std::int64_t packed_bytes_of_tiles(std::int64_t m, std::int64_t row_bytes) {
  return whole(row_bytes, part_steps * step_bytes) * whole(m, square) * part_bytes;
}

/// Rows [begin, end) of A, each of `row_bytes` bytes, as tiles: [parts][m / 32][16 steps][32
/// rows][64 bytes], zeros behind a row's end.
[[maybe_unused]] static void pack_tiles(const char* a, std::int64_t m, std::int64_t row_bytes,
                                        std::int64_t begin, std::int64_t end, char* to) {
  for (std::int64_t i = begin; i < end; ++i) {
    const char* row = a + i * row_bytes;
    for (std::int64_t at = 0; at < row_bytes; at += step_bytes) {
      const std::int64_t step = at / step_bytes;
      const std::int64_t part = step / part_steps * whole(m, square) + i / square;
      char* line =
          to + part * part_bytes + step % part_steps * square_step + i % square * step_bytes;
      if (row_bytes - at >= step_bytes) {
        __builtin_memcpy(line, row + at, step_bytes);
      } else {
        for (std::int64_t b = 0; b < step_bytes; ++b)
          line[b] = at + b < row_bytes ? row[at + b] : 0;
      }
    }
  }
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE

/// A step's products by an instruction, for a `Math`: tiles a0 and a1 of A, w0 and w1 of W, and
/// four of sums.
#define ROOFMARK_TILE_STEP(name, op, a0, a1, w0, w1, c0, c1, c2, c3)                            \
  ROOFMARK_LEAF void name(const char* a, const char* w) {                                       \
    asm volatile("tileloaddt1 (%[a],%[line]), %%tmm" a0                                         \
                 "\n"                                                                           \
                 "tileloadd (%[w],%[two]), %%tmm" w0                                            \
                 "\n"                                                                           \
                 "tileloadd 64(%[w],%[two]), %%tmm" w1                                          \
                 "\n"                                                                           \
                 "tileloaddt1 1024(%[a],%[line]), %%tmm" a1 "\n" op " %%tmm" w0 ", %%tmm" a0    \
                 ", %%tmm" c0 "\n" op " %%tmm" w1 ", %%tmm" a0 ", %%tmm" c1 "\n" op " %%tmm" w0 \
                 ", %%tmm" a1 ", %%tmm" c2 "\n" op " %%tmm" w1 ", %%tmm" a1 ", %%tmm" c3        \
                 :                                                                              \
                 : [a] "r"(a), [w] "r"(w), [line] "r"(step_bytes), [two] "r"(2 * step_bytes)    \
                 : "memory");                                                                   \
  }
#define ROOFMARK_TILE_MATH(op)                                                      \
  ROOFMARK_TILE_STEP(even, op, "4", "5", "6", "7", "0", "1", "2", "3")              \
  ROOFMARK_TILE_STEP(odd, op, "0", "1", "2", "3", "4", "5", "6", "7")               \
  ROOFMARK_LEAF void upper(const char* a, const char* w) {                          \
    asm volatile(                                                                   \
        "tileloaddt1 (%[a],%[line]), %%tmm4\n"                                      \
        "tileloadd (%[w],%[two]), %%tmm6\n"                                         \
        "tileloadd 64(%[w],%[two]), %%tmm7\n" op " %%tmm6, %%tmm4, %%tmm0\n" op     \
        " %%tmm7, %%tmm4, %%tmm1"                                                   \
        :                                                                           \
        : [a] "r"(a), [w] "r"(w), [line] "r"(step_bytes), [two] "r"(2 * step_bytes) \
        : "memory");                                                                \
  }
