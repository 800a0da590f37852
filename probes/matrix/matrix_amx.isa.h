// The loops of AMX: five tiles of 16 x 16 lanes add the products of a tile of 16 rows with a tile
// that holds the other factor by columns, four bytes (or two bf16) of the depth beside one another.
#pragma once

#include "core/tiles.isa.h"
#include "probes/pipes.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

static const TileShapes tile_shapes;

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE

// A product takes 16 cycles and its sum is ready after 52 (Sapphire Rapids): four accumulators hide
// that, five and three operands fill the eight tiles.  m1 is tile 5, m2 tile 6, c1 and c2 tile 7.
#define ROOFMARK_FIVE "0,1,2,3,4"
#define ROOFMARK_EACH(line) ".irp r," ROOFMARK_FIVE "\n" line "\n.endr\n"
#define ROOFMARK_TILES(name, op)                                                                  \
  static void name(std::int64_t turns, const void* o, const void* start, void* end) {             \
    const std::int64_t row_bytes = 64;                                                            \
    asm volatile(                                                                               \
        "ldtilecfg (%[shapes])\n" ROOFMARK_EACH("tileloadd 1024*\\r(%[start],%[row]), %%tmm\\r") \
        "tileloadd (%[o],%[row]), %%tmm5\n"                                                     \
        "tileloadd 2048(%[o],%[row]), %%tmm6\n"                                                 \
        "tileloadd 1024(%[o],%[row]), %%tmm7\n"                                                 \
        ".p2align 6\n"                                                                          \
        "1:\n" ROOFMARK_EACH(op " %%tmm7, %%tmm5, %%tmm\\r")                                    \
            ROOFMARK_EACH(op " %%tmm7, %%tmm6, %%tmm\\r")                                       \
        "decq %[turns]\n"                                                                       \
        "jnz 1b\n" ROOFMARK_EACH("tilestored %%tmm\\r, 1024*\\r(%[end],%[row])")                \
        "tilerelease\n"                                                                         \
        : [turns] "+r"(turns)                                                                   \
        : [start] "r"(start), [end] "r"(end), [o] "r"(o), [row] "r"(row_bytes),                 \
          [shapes] "r"(&tile_shapes)                                                            \
        : "cc", "memory"); \
  }
