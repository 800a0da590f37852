// The loops of a matrix product on packed weights, for gemm's leaves: everything has internal
// linkage.  Tiles of 6 rows of A by one panel of W keep their sums in registers.  A vector of W is
// loaded once a tile and unit of k, and multiplied by one unit of each of the six rows, broadcast:
// with 4 vectors, 10 loads for 24 multiply-adds.
#pragma once

#include "core/vector.isa.h"
#include "kernels/gemm/gemm.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

// 24 sums of 32 registers, 12 of 16: >= 4 cycles of latency x 2 multiply-adds a cycle.
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int panel_vectors = 4;
#else
constexpr int panel_vectors = 2;
#endif
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
  const f16* scales;
  std::int64_t units, columns;
  bool first, last;
};

/// `Math` says what is multiplied:
///   Weight, the vector of a unit of weights in each lane, which takes weight_bytes in memory, and
///   Weight weight(const char*);  Spread spread(const char*), a unit of A in every lane;
///   Sum, Sum start(of, row), Sum multiply(Sum, Spread, Weight);
///   Out, void finish(Out*, Sum, const f16* scales, factor); scaled: whether it needs those
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

/// `soon`: what the next block of W holds, asked for a line per unit.
template <class Math, int rows>
ROOFMARK_LEAF void tile(const Block& block, std::int64_t row, const char* soon) {
  constexpr int some = 16;  // units in a cache line of A
  constexpr int unit_bytes = panel_vectors * Math::weight_bytes, sums_bytes = 4 * panel_columns;
  const std::int64_t stride = block.of.a_stride;
  const char *a = block.a + row * stride, *w = block.w;
  char* kept = block.of.sums + row * sums_bytes;
  typename Math::Sum sums[rows][panel_vectors];
  for (int r = 0; r < rows; ++r) {
    for (int v = 0; v < panel_vectors; ++v) {
      if (block.first) {
        sums[r][v] = Math::start(block.of, row + r);
      } else {
        __builtin_memcpy(&sums[r][v], kept + (r * panel_vectors + v) * ROOFMARK_VECTOR_BYTES,
                         ROOFMARK_VECTOR_BYTES);
      }
    }
  }
  std::int64_t u = 0;
  for (; u + some <= block.units; u += some) {
    for (int r = 0; r < rows; ++r) __builtin_prefetch(a + (rows + r) * stride);
    for (int s = 0; s < some; ++s) {
      __builtin_prefetch(soon, 0, 2);
      soon += 64;
      step<Math, rows>(sums, a, stride, w);
      a += 4;
      w += unit_bytes;
    }
  }
  for (; u < block.units; ++u, a += 4, w += unit_bytes) step<Math, rows>(sums, a, stride, w);
  for (int r = 0; r < rows; ++r) {
    if (!block.last) {
      for (int v = 0; v < panel_vectors; ++v) {
        __builtin_memcpy(kept + (r * panel_vectors + v) * ROOFMARK_VECTOR_BYTES, &sums[r][v],
                         ROOFMARK_VECTOR_BYTES);
      }
      continue;
    }
    using Out = typename Math::Out;
    Out edge[panel_columns];
    Out* c = reinterpret_cast<Out*>(block.c) + (row + r) * block.of.c_stride;
    Out* to = block.columns < panel_columns ? edge : c;
    for (int v = 0; v < panel_vectors; ++v) {
      Math::finish(to + v * lanes, sums[r][v], Math::scaled ? block.scales + v * lanes : nullptr,
                   block.of.factor);
    }
    if (to == edge) {
      for (std::int64_t j = 0; j < block.columns; ++j) c[j] = edge[j];
    }
  }
}

template <class Math, int rows>
static __attribute__((noinline)) void tiles(const Block& block, std::int64_t row,
                                            const char* soon) {
  tile<Math, rows>(block, row, soon);
}

template <class Math>
ROOFMARK_LEAF void multiply_block(const Block& block) {
  const std::int64_t block_bytes = block.units * panel_vectors * Math::weight_bytes;
  const char* next = block.w + block_bytes;
  std::int64_t row = 0, asked = 0;
  for (; row + tile_rows <= block.of.m; row += tile_rows) {
    // Each tile asks for the next lines of the block that comes next, until all are asked for.
    const char* soon = asked < block_bytes ? next + asked : block.w;
    asked += block.units * 64;
    tiles<Math, tile_rows>(block, row, soon);
  }
  switch (block.of.m - row) {
    case 1:
      return tiles<Math, 1>(block, row, next);
    case 2:
      return tiles<Math, 2>(block, row, next);
    case 3:
      return tiles<Math, 3>(block, row, next);
    case 4:
      return tiles<Math, 4>(block, row, next);
    case 5:
      return tiles<Math, 5>(block, row, next);
  }
}

template <class Math>
static void panel_product(const PanelProduct& of) {
  constexpr int unit_bytes = panel_vectors * Math::weight_bytes;
  const std::int64_t panel_bytes = of.units * unit_bytes;
  for (std::int64_t column = 0, panel = 0; column < of.columns; column += panel_columns, ++panel) {
    for (std::int64_t u = 0; u < of.units; u += block_units) {
      const std::int64_t units = of.units - u < block_units ? of.units - u : block_units;
      const Block block{of,
                        of.a + 4 * u,
                        of.w + panel * panel_bytes + u * unit_bytes,
                        of.c + column * static_cast<std::int64_t>(sizeof(typename Math::Out)),
                        Math::scaled ? of.scales + column : nullptr,
                        units,
                        of.columns - column,
                        u == 0,
                        u + units == of.units};
      multiply_block<Math>(block);
    }
  }
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
