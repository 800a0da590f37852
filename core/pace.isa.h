// Instruction streams whose pace tells the state of a core or the latency of its memory.  They read
// no clock: whoever calls them does.
#pragma once

#include <cstdint>

namespace roofmark {

/// Instructions per turn of each stream's loop; counts are rounded down to whole turns.
inline constexpr std::int64_t chain_turn = 64, nop_turn = 512, chase_turn = 16;

/// What each multiply multiplies by: odd, so that the product never becomes zero.
inline constexpr std::uint64_t chain_factor = 0x9e3779b97f4a7c15;

/// `count` 64-bit integer multiplies, each waiting for the one before: count x latency cycles.
/// The latency (3 cycles on most x86 cores, 5 on
/// small ones) hides the loop and is not stretched by a busy sibling thread.
/// Returns seed x chain_factor^count modulo 2^64.
std::uint64_t multiply_chain(std::int64_t count, std::uint64_t seed);

/// `count` 64-bit integer adds, each waiting for the one before: one cycle each on every core.
std::uint64_t add_chain(std::int64_t count, std::uint64_t seed);

/// `count` NOPs: as many a cycle as the core can issue, fewer while a sibling thread issues too.
void nop_run(std::int64_t count);

/// `count` loads, each from the address that the one before brought, the first from `at`.  Returns
/// what the last one brought.
const void* chase(std::int64_t count, const void* at);

}  // namespace roofmark
