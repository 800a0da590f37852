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

template <class Math, int rows>
static __attribute__((noinline)) void tile(const Block& block, std::int64_t row, NextLines soon) {
  constexpr int w_bytes = panel_vectors * Math::weight_bytes;
  const std::int64_t stride = block.of.a_stride;
  const char *a = block.a + row * stride, *w = block.w;
  typename Math::Sum sums[rows][panel_vectors];
  begin<Math, rows>(sums, block, row);
  std::int64_t u = 0;
  for (; u + line_units <= block.units; u += line_units) {
    for (int r = 0; r < rows; ++r) __builtin_prefetch(a + (rows + r) * stride);
    ask(soon);
    for (int s = 0; s < line_units; s += Math::at_once) {
#pragma GCC unroll 4
      for (int i = 0; i < Math::at_once; ++i) {
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
      multiply_block<Math>(block, units * w_bytes);
    }
  }
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
