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
  const char* kept = block.of.sums + row * 4 * panel_columns;
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
  char* memory = block.of.sums + row * 4 * panel_columns;
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

// Where rows are few, memory binds: the first of a block's tiles reads W at the pace at which it
// comes, and asks for it as gemv does, so far ahead of where it reads.  On one core of a Xeon with
// AMX, 4096 x 4096 by 4 rows, ms: f32 5.4 -> 4.0, bf16 (AVX512-BF16) 3.4 -> 2.3, int8 (AVX512-VNNI)
// 1.36 -> 1.07; by 12 rows 6.7 -> 5.9, 5.2 -> 4.4, 1.69 -> 1.43.  6 KiB ahead f32 took 4.1 and bf16
// 2.6.  Three and four tiles gain no more, and of 16 columns (AVX2) lose.
constexpr std::int64_t few = 2 * tile_rows, few_ahead = 3072;

/// Lines of W that are soon to be read, and how many to ask for every line_units units.
struct NextLines {
  const char* from;
  std::int64_t lines;
};

ROOFMARK_LEAF void ask(NextLines& soon) {
  for (std::int64_t l = 0; l < soon.lines; ++l, soon.from += 64) {
    __builtin_prefetch(soon.from, 0, 2);
  }
}

/// Where so many bytes of W are read, for those that are few_ahead of them.
template <int bytes>
ROOFMARK_LEAF void ask_beyond(const char* w) {
  for (int l = 0; l < bytes; l += 64) __builtin_prefetch(w + few_ahead + l, 0, 2);
}

/// reads_ahead: asks for what it will itself read, in the place of `soon`.
template <class Math, int rows, bool reads_ahead = false>
static __attribute__((noinline)) void tile(const Block& block, std::int64_t row, NextLines soon) {
  constexpr int w_bytes = panel_vectors * Math::weight_bytes;
  const std::int64_t stride = block.of.a_stride;
  const char *a = block.a + row * stride, *w = block.w;
  typename Math::Sum sums[rows][panel_vectors];
  begin<Math, rows>(sums, block, row);
  std::int64_t u = 0;
  for (; u + line_units <= block.units; u += line_units) {
    for (int r = 0; r < rows; ++r) __builtin_prefetch(a + (rows + r) * stride);
    if (!reads_ahead) ask(soon);
    for (int s = 0; s < line_units; s += Math::at_once) {
#pragma GCC unroll 4
      for (int i = 0; i < Math::at_once; ++i) {
        if (reads_ahead) ask_beyond<w_bytes>(w);
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

template <class Math>
ROOFMARK_LEAF void multiply_few(const Block& block) {
  in_even_tiles(block.of.m, [&](auto rows, std::int64_t row) {
    constexpr int count = decltype(rows)::count;
    row == 0 ? tile<Math, count, true>(block, row, {}) : tile<Math, count>(block, row, {});
  });
}

template <class Math>
static void panel_product(const PanelProduct& of) {
  constexpr int w_bytes = panel_vectors * Math::weight_bytes;
  const std::int64_t panel_bytes = of.units * w_bytes;
  for (std::int64_t column = 0, panel = 0; column < of.columns; column += panel_columns, ++panel) {
    for (std::int64_t u = 0; u < of.units; u += block_units) {
      const std::int64_t units = of.units - u < block_units ? of.units - u : block_units;
      const char* w = of.w + panel * panel_bytes + u * w_bytes;
      const Block block{of,
                        of.a + u * Math::unit_bytes,
                        w,
                        of.c + column * static_cast<std::int64_t>(sizeof(typename Math::Out)),
                        of.scales == nullptr ? nullptr : of.scales + column,
                        of.row_starts,
                        units,
                        of.columns - column,
                        u == 0,
                        u + units == of.units,
                        w + units * w_bytes};
      if (of.m <= few) {
        multiply_few<Math>(block);
      } else {
        multiply_block<Math>(block, units * w_bytes);
      }
    }
  }
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
