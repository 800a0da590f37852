// How much of a machine's caches some threads reach, and how much of that lies in them for certain.
#pragma once

#include <cstdint>

#include "core/machine.h"

namespace roofmark {

/// Bytes of a cache level that `threads` threads share: bound one per core, they fill one instance
/// after the other.
std::int64_t in_reach(const Cache& cache, int threads);

/// The greatest cache of a level; 0: there is none.
std::int64_t greatest_cache(const Machine& machine, int level);

/// Bytes of all threads together that stay in the data caches of that level: half of what they
/// reach of the smallest of its kind, and of an L2 of eight times their L1 or more a quarter; 0:
/// nothing is known of them.
std::int64_t cache_room(const Machine& machine, int level, int threads);

}  // namespace roofmark
