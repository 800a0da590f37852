// The loops of a matrix product on packed weights, for gemm's leaves: everything has internal
// linkage.  Tiles of 6 rows of A by one panel of W keep their sums in registers.  A vector of W is
// loaded once a tile and unit of k, and multiplied by one unit of each of the six rows, broadcast:
// with 4 vectors, 10 loads for 24 multiply-adds.
#pragma once

#include "core/vector.isa.h"
#include "kernels/gemm/gemm.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

// 24 sums of 32 registers, 12 of 16: >= 4 cycles of latency x 2 multiply-adds a cycle.
constexpr int panel_vectors = vector_registers == 32 ? 4 : 2;
constexpr int panel_columns = panel_vectors * lanes;
constexpr int tile_rows = 6;

// Units of k that a panel is taken at a time: 256 KiB of 64 columns stay in the L2 cache while all
// rows of A pass, and six rows of as many units (24 KiB) in L1.
constexpr std::int64_t block_units = 1024;

/// Part of a panel's product: `units` units of k, all rows of A.
struct Block {
  const PanelProduct& of;
  const char* a;
  const char* w;
  char* c;
  char* sums;                      ///< of this panel
  const f16* scales;               ///< of each column, where Math has a use for them
  const std::int32_t* row_starts;  ///< of each row of A, likewise
  std::int64_t units, columns;
  bool first, last;
  const char* next;  ///< what is read of W after this block
};

/// `Math` says what is multiplied:
///   Weight, the vector of a unit of weights in each lane, which takes weight_bytes in memory, and
///   Weight weight(const char*);  Spread spread(const char*), a unit of A, which takes unit_bytes,
///   in every lane;
///   Sum, Sum start(block, row), Sum multiply(Sum, Spread, Weight);
///   Kept, what is kept of a panel's sums between its blocks, and Kept keep(Kept, Sum, scales);
///   at_once: units that are multiplied without a branch;
///   resumes: a block's sums go on from those kept, else each block starts anew and is added;
///   Out, void finish(Out*, Kept, const f16* scales, factor)
template <class Math, int rows>
ROOFMARK_LEAF void step(typename Math::Sum (&sums)[rows][panel_vectors], const char* a,
                        std::int64_t stride, const char* w) {
  typename Math::Weight weights[panel_vectors];
  for (int v = 0; v < panel_vectors; ++v) weights[v] = Math::weight(w + v * Math::weight_bytes);
  for (int r = 0; r < rows; ++r) {
    const typename Math::Spread unit = Math::spread(a + r * stride);
    for (int v = 0; v < panel_vectors; ++v) {
      sums[r][v] = Math::multiply(sums[r][v], unit, weights[v]);
    }
  }
}

template <class Math, int rows>
ROOFMARK_LEAF void begin(typename Math::Sum (&sums)[rows][panel_vectors], const Block& block,
                         std::int64_t row) {
  const char* kept = block.sums + row * 4 * panel_columns;
  for (int r = 0; r < rows; ++r) {
    for (int v = 0; v < panel_vectors; ++v) {
      if (block.first || !Math::resumes) {
        sums[r][v] = Math::start(block, row + r);
      } else {
        __builtin_memcpy(&sums[r][v], kept + (r * panel_vectors + v) * ROOFMARK_VECTOR_BYTES,
                         ROOFMARK_VECTOR_BYTES);
      }
    }
  }
}

/// One row of a tile when its block is done: kept for the panel's next, or written to C.
template <class Math>
ROOFMARK_LEAF void end(const typename Math::Sum (&sums)[panel_vectors], const Block& block,
                       std::int64_t row) {
  using Out = typename Math::Out;
  typename Math::Kept kept[panel_vectors] = {};
  char* memory = block.sums + row * 4 * panel_columns;
  if (!Math::resumes && !block.first) __builtin_memcpy(kept, memory, sizeof kept);
  const auto scales = [&](int v) {
    return block.scales == nullptr ? nullptr : block.scales + v * lanes;
  };
  for (int v = 0; v < panel_vectors; ++v) kept[v] = Math::keep(kept[v], sums[v], scales(v));
  if (!block.last) {
    __builtin_memcpy(memory, kept, sizeof kept);
    return;
  }
  Out edge[panel_columns];
  Out* c = reinterpret_cast<Out*>(block.c) + row * block.of.c_stride;
  Out* to = block.columns < panel_columns ? edge : c;
  for (int v = 0; v < panel_vectors; ++v) {
    Math::finish(to + v * lanes, kept[v], scales(v), block.of.factor);
  }
  if (to == edge) {
    for (std::int64_t j = 0; j < block.columns; ++j) c[j] = edge[j];
  }
}

// Units of 4 bytes in a cache line of A: as many are taken between two times that a tile asks for
// memory.  Where a neighbour shares the core, what a unit takes besides its multiply-adds counts,
// and so does asking for much at once.  f32 on one core of a Xeon with a busy host, 4096 x 4096 by
// 512 | 128 rows: a unit at a time and a line asked for with each until all are, 172 | 153 Gop/s;
// four at a time 178 | 155; the lines spread over all tiles too, 190 | 180 (two or eight at a time
// 186 | 174 and 173 | 160).  Dot products are taken two by two (int8 802 -> 865 | 820 -> 886): of
// four, the compiler keeps sums in memory, and int8 lost a quarter.
constexpr std::int64_t line_units = 16;

// Where rows are few, memory binds.  One tile asks for W so far ahead of where it reads, as gemv
// does.  For two, units are taken so many at a time (32 KiB of 64 columns) that L1 keeps them for
// the second, and each tile asks for its half of those that come next, so that memory is as busy
// during the second as during the first.  Of an A of more than twice few_a_bytes, which W would
// push out of L2 from panel to panel, so much is taken at a time by several panels.
constexpr std::int64_t few = 2 * tile_rows, few_ahead = 3072, few_units = 128;
constexpr std::int64_t few_a_bytes = 128 << 10;

/// Asks of a tile where rows are many: `lines` of W, from `from` on, every line_units units, and
/// the rows of A that the tile after it takes.
struct NextLines {
  const char* from;
  std::int64_t lines;
};
template <int rows>
ROOFMARK_LEAF void at_line(NextLines& asks, const char* a, std::int64_t stride) {
  for (int r = 0; r < rows; ++r) __builtin_prefetch(a + (rows + r) * stride);
  for (std::int64_t l = 0; l < asks.lines; ++l, asks.from += 64) {
    __builtin_prefetch(asks.from, 0, 2);
  }
}
ROOFMARK_LEAF void at_unit(NextLines&) {}

/// Asks of a tile of few rows: `bytes` of W with each unit, from `from` on, and the units of its
/// own rows of A that are read after the block.  Where machines ask by L2, idle instructions keep
/// the core from running so far ahead that it asks for much at once.  One core of a Xeon with AMX,
/// 4096 x 4096, of the read roof, by 4, 8 and 12 rows: f32 0.85, 0.72 and 0.66 without, 0.89, 0.83
/// and 0.83 with 4 to a line, 0.91, 0.88 and 0.84 with 8; 12 gain no more, 48 lose.
template <int bytes, bool by_l2>
struct EvenLines {
  const char* from;
};
template <int rows, int bytes, bool by_l2>
ROOFMARK_LEAF void at_line(EvenLines<bytes, by_l2>&, const char* a, std::int64_t stride) {
  for (int r = 0; r < rows; ++r) __builtin_prefetch(a + r * stride + 4 * few_units);
}
template <int bytes, bool by_l2>
ROOFMARK_LEAF void at_unit(EvenLines<bytes, by_l2>& asks) {
  for (int l = 0; l < bytes; l += 64) {
    __builtin_prefetch(asks.from + l, 0, 2);
    if (by_l2) asm volatile(".rept 8\n\tnop\n\t.endr" ::);
  }
  asks.from += bytes;
}

template <class Math, int rows, class Asks>
static __attribute__((noinline)) void tile(const Block& block, std::int64_t row, Asks asks) {
  constexpr int w_bytes = panel_vectors * Math::weight_bytes;
  const std::int64_t stride = block.of.a_stride;
  const char *a = block.a + row * stride, *w = block.w;
  typename Math::Sum sums[rows][panel_vectors];
  begin<Math, rows>(sums, block, row);
  std::int64_t u = 0;
  for (; u + line_units <= block.units; u += line_units) {
    at_line<rows>(asks, a, stride);
    for (int s = 0; s < line_units; s += Math::at_once) {
#pragma GCC unroll 4
      for (int i = 0; i < Math::at_once; ++i) {
        at_unit(asks);
        step<Math, rows>(sums, a, stride, w);
        a += Math::unit_bytes;
        w += w_bytes;
      }
    }
  }
  for (; u < block.units; ++u, a += Math::unit_bytes, w += w_bytes) {
    step<Math, rows>(sums, a, stride, w);
  }
  for (int r = 0; r < rows; ++r) end<Math>(sums[r], block, row + r);
}

/// Every tile asks for its part of the `next_bytes` of W that are read after the block, a line a
/// unit at most: of few rows not for all.
template <class Math>
ROOFMARK_LEAF void multiply_block(const Block& block, std::int64_t next_bytes) {
  const std::int64_t m = block.of.m, a_tile = block.units / line_units;
  const std::int64_t times = (m + tile_rows - 1) / tile_rows * (a_tile > 0 ? a_tile : 1);
  const std::int64_t lines = (next_bytes / 64 + times - 1) / times;
  NextLines soon{block.next, lines < line_units ? lines : line_units};
  std::int64_t row = 0;
  for (; row + tile_rows <= m; row += tile_rows) {
    tile<Math, tile_rows>(block, row, soon);
    soon.from += a_tile * soon.lines * 64;
  }
  switch (m - row) {
    case 1:
      return tile<Math, 1>(block, row, soon);
    case 2:
      return tile<Math, 2>(block, row, soon);
    case 3:
      return tile<Math, 3>(block, row, soon);
    case 4:
      return tile<Math, 4>(block, row, soon);
    case 5:
      return tile<Math, 5>(block, row, soon);
  }
}

template <int n>
struct RowCount {
  static constexpr int count = n;
};

/// Calls product(RowCount<n>{}, row) for all m rows in tiles as even as can be, of 8 rows 4 and 4.
template <class Product>
ROOFMARK_LEAF void in_even_tiles(std::int64_t m, const Product& product) {
  static_assert(tile_rows == 6);
  const std::int64_t tiles = (m + tile_rows - 1) / tile_rows;
  for (std::int64_t t = tiles, row = 0; t > 0; --t) {
    const std::int64_t rows = (m - row + t - 1) / t;
    if (rows == 1) product(RowCount<1>{}, row);
    if (rows == 2) product(RowCount<2>{}, row);
    if (rows == 3) product(RowCount<3>{}, row);
    if (rows == 4) product(RowCount<4>{}, row);
    if (rows == 5) product(RowCount<5>{}, row);
    if (rows == 6) product(RowCount<6>{}, row);
    row += rows;
  }
}

template <class Math, bool by_l2>
ROOFMARK_LEAF void multiply_few(const Block& block) {
  constexpr int w_bytes = panel_vectors * Math::weight_bytes;
  if (block.of.m <= tile_rows) {
    return in_even_tiles(block.of.m, [&](auto rows, std::int64_t row) {
      using Asks = EvenLines<w_bytes, by_l2>;
      tile<Math, decltype(rows)::count>(block, row, Asks{block.w + few_ahead});
    });
  }
  in_even_tiles(block.of.m, [&](auto rows, std::int64_t row) {
    using Asks = EvenLines<w_bytes / 2, by_l2>;
    const char* half = block.next + block.units * w_bytes / 2;
    tile<Math, decltype(rows)::count>(block, row, Asks{row == 0 ? block.next : half});
  });
}

/// Units [u, u + units) of a panel of `of`.
template <class Math>
ROOFMARK_LEAF Block block_of(const PanelProduct& of, std::int64_t panel, std::int64_t u,
                             std::int64_t units) {
  constexpr int w_bytes = panel_vectors * Math::weight_bytes;
  const std::int64_t column = panel * panel_columns;
  const char* w = of.w + (panel * of.units + u) * w_bytes;
  return {of,
          of.a + u * Math::unit_bytes,
          w,
          of.c + column * static_cast<std::int64_t>(sizeof(typename Math::Out)),
          of.sums,
          of.scales == nullptr ? nullptr : of.scales + column,
          of.row_starts,
          units,
          of.columns - column,
          u == 0,
          u + units == of.units,
          w + units * w_bytes};
}

template <class Math, bool by_l2>
ROOFMARK_LEAF void few_product(const PanelProduct& of) {
  const auto lesser = [](std::int64_t a, std::int64_t b) { return a < b ? a : b; };
  const std::int64_t panels = (of.columns + panel_columns - 1) / panel_columns;
  const std::int64_t unit_of_rows = Math::unit_bytes * of.m;
  const std::int64_t a_units = of.units * unit_of_rows <= 2 * few_a_bytes
                                   ? of.units
                                   : few_a_bytes / unit_of_rows / few_units * few_units;
  const std::int64_t at_once = of.m <= tile_rows ? a_units : few_units;
  for (std::int64_t group = 0; group < panels; group += panels_of_sums) {
    const std::int64_t group_end = lesser(panels, group + panels_of_sums);
    for (std::int64_t u = 0; u < of.units; u += a_units) {
      const std::int64_t u_end = lesser(of.units, u + a_units);
      for (std::int64_t panel = group; panel < group_end; ++panel) {
        for (std::int64_t v = u; v < u_end; v += at_once) {
          Block block = block_of<Math>(of, panel, v, lesser(u_end - v, at_once));
          block.sums += (panel - group) * of.m * 4 * panel_columns;
          if (v + at_once >= u_end) {
            const bool turns = panel + 1 == group_end;
            block.next = block_of<Math>(of, turns ? group : panel + 1, turns ? u_end : u, 0).w;
          }
          multiply_few<Math, by_l2>(block);
        }
      }
    }
  }
}

template <class Math>
static void panel_product(const PanelProduct& of) {
  if (of.m <= few) return of.by_l2 ? few_product<Math, true>(of) : few_product<Math, false>(of);
  constexpr int w_bytes = panel_vectors * Math::weight_bytes;
  for (std::int64_t panel = 0; panel * panel_columns < of.columns; ++panel) {
    for (std::int64_t u = 0; u < of.units; u += block_units) {
      const std::int64_t units = of.units - u < block_units ? of.units - u : block_units;
      multiply_block<Math>(block_of<Math>(of, panel, u, units), units * w_bytes);
    }
  }
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
