// What the bandwidth probes of every device do to their arrays, and the work that is.
#pragma once

#include "core/format.h"
#include "core/shape.h"
#include "core/work.h"

namespace roofmark {

struct StreamPattern {
  const char* name;
  const char* summary;
  int reads, writes;  ///< arrays read and written
  int ops;            ///< on each f32 of an array

  constexpr int arrays() const { return reads + writes; }
};
constexpr StreamPattern stream_patterns[] = {
    {"read", "read bandwidth of each memory level", 1, 0, 0},
    {"write", "write bandwidth of each memory level", 0, 1, 0},
    {"copy", "copy bandwidth, a = b", 1, 1, 0},
    {"triad", "triad bandwidth, a = b + s c", 2, 1, 2},
    {"mix", "bandwidth of two reads to one write without arithmetic", 2, 1, 0},
    {"schoenauer", "bandwidth of three reads to one write, a = b + c d", 3, 1, 2}};
/// Indices of stream_patterns.
constexpr int read_pattern = 0, write_pattern = 1, copy_pattern = 2, triad_pattern = 3,
              mix_pattern = 4, schoenauer_pattern = 5;

/// Of how many slices of the arrays each launch takes the next.
inline std::int64_t slices_of(const Shape& shape) { return shape.get("slices", 1); }

/// Program bytes of all arrays in all passes, or in one of their slices: what the instructions ask
/// for.
template <int P>
Work stream_work(const Shape& shape, const Format&) {
  constexpr StreamPattern pattern = stream_patterns[P];
  const double moved = static_cast<double>(shape.at("bytes") / slices_of(shape)) *
                       static_cast<double>(shape.at("passes"));
  const double each = moved / pattern.arrays();
  return {.ops = Ops{each / 4 * pattern.ops},
          .read = Bytes{moved * pattern.reads / pattern.arrays()},
          .written = Bytes{moved * pattern.writes / pattern.arrays()}};
}

}  // namespace roofmark
