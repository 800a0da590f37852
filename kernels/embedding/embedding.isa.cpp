// Gathers rows of a table: no arithmetic, a row read and a row written per token.  Each row is
// asked for while the one before it is copied: where it lies is known, but to no prefetcher.
#include <cstdint>

#include "core/vector.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

typedef unsigned char vector_of_bytes
    __attribute__((vector_size(ROOFMARK_VECTOR_BYTES), aligned(1), may_alias));

/// Copies a row and asks for as much of the next one, and of where it goes.
ROOFMARK_LEAF void copy_row(const unsigned char* from, const unsigned char* next, unsigned char* to,
                            std::int64_t bytes) {
  constexpr int step = ROOFMARK_VECTOR_BYTES;
  constexpr int unrolled = 256 / step;
  std::int64_t i = 0;
  for (; i + unrolled * step <= bytes; i += unrolled * step) {
    for (int line = 0; line < unrolled * step; line += 64) {
      __builtin_prefetch(next + i + line);
      __builtin_prefetch(to + bytes + i + line, 1);
    }
    vector_of_bytes held[unrolled];
    for (int u = 0; u < unrolled; ++u) {
      held[u] = *reinterpret_cast<const vector_of_bytes*>(from + i + u * step);
    }
    for (int u = 0; u < unrolled; ++u) {
      *reinterpret_cast<vector_of_bytes*>(to + i + u * step) = held[u];
    }
  }
  for (; i + step <= bytes; i += step) {
    *reinterpret_cast<vector_of_bytes*>(to + i) =
        *reinterpret_cast<const vector_of_bytes*>(from + i);
  }
  for (; i < bytes; ++i) to[i] = from[i];
}

}  // namespace

void embedding(const void* table, const std::int32_t* ids, void* y, std::int64_t tokens,
               std::int64_t row_bytes) {
  const auto* rows = static_cast<const unsigned char*>(table);
  auto* to = static_cast<unsigned char*>(y);
  for (std::int64_t t = 0; t < tokens; ++t, to += row_bytes) {
    const std::int64_t next = t + 1 < tokens ? t + 1 : t;
    copy_row(rows + ids[t] * row_bytes, rows + ids[next] * row_bytes, to, row_bytes);
  }
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
