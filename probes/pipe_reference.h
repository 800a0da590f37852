// Operands of loops on registers, and what the loops must make of them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "probes/pipes.isa.h"

namespace roofmark {

enum class Operands {
  telling,  ///< every step leaves a trace, over a few turns
  lasting,  ///< random values that a turn's two steps carry back to themselves, so that hundreds of
            ///< thousands of turns neither overflow nor settle on a constant
};

/// Turns over which telling operands are followed.
inline constexpr int checked_turns = 4;

/// Draws m1, c1, m2, c2 and the accumulators of a loop whose registers have `bytes` bytes.
void draw_operands(const PipeLoop& loop, int bytes, std::uint64_t seed, Operands kind,
                   std::byte* operands, std::byte* start);

/// The largest distance of any lane of `end` from the same steps in float64, in units of 32
/// rounding errors of the lane's size (integers: exact modulo 2^32, else 2).  NaN where a lane is
/// none.
double worst_error(const PipeLoop& loop, int bytes, const std::byte* operands,
                   const std::byte* start, const std::byte* end);

/// No lane is infinite, NaN, zero or below 2^-12: such values may take another path.  True of
/// integers.
bool all_normal(const PipeLoop& loop, int bytes, const std::byte* end);

}  // namespace roofmark
