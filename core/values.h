// Elements of a buffer as numbers, whatever format they are stored in.
#pragma once

#include <cstdint>

#include "core/format.h"

namespace roofmark {

/// Element `index` of a dense buffer.  Exact for every type but f64's own rounding.  i4: two's
/// complement nibbles, the low one of each byte first.  fp8: e4m3 (no infinities, 0x7f is NaN).
double value_at(const void* data, DType type, std::int64_t index);

/// Elements begin ... begin + count - 1 as f32, which holds those of at most 24 significant bits
/// exactly; faster than one by one.
void widen(const void* data, DType type, std::int64_t begin, std::int64_t count, float* to);

/// Bits of the number of that type nearest to x, ties to even; f64, f32, f16, bf16 and fp8.  Above
/// the largest one: infinity, and of fp8 the largest one.
std::uint64_t encoded(double x, DType type);

/// Distance from 1 to the next number of that type above it: 2^-23 for f32, 2^-10 for f16, 2^-7
/// for bf16, 2^-3 for fp8; 0 for integers.
double epsilon(DType type);

}  // namespace roofmark
