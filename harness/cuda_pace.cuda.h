// Small kernels of the CUDA device itself: they hold a stream back, read clocks and fill memory.
#pragma once

#include <cstdint>

#include "core/random_values.h"

namespace roofmark {

/// Keeps the stream busy until *flag is not 0, at most `limit_ns`.  flag: host memory that the
/// device sees.
void launch_wait(const volatile int* flag, std::int64_t limit_ns, void* stream);

/// Cycles and nanoseconds that one multiprocessor counted over at least `least_ns`.
struct ClockReading {
  std::int64_t cycles, nanoseconds;
};
void launch_clock(ClockReading* reading, std::int64_t least_ns, void* stream);

/// Every multiprocessor multiplies and adds for `least_ns`, so that clocks rise; writes to *sink
/// only what can never be.
void launch_busy(float* sink, int blocks, std::int64_t least_ns, void* stream);

/// random_word(kind, seed, i) in every word.
void launch_random_fill(std::uint32_t* words, std::int64_t count, RandomWord kind,
                        std::uint64_t seed, void* stream);

}  // namespace roofmark
