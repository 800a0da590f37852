// Leaves of the token embedding, one per instruction set, for elements of any type.
#pragma once

#include <cstdint>

#include "isas.h"

namespace roofmark {

/// y[t,:] = table[ids[t],:].  Rows of table and y are row_bytes long and dense; y overlaps neither.
using EmbeddingFunction = void(const void* table, const std::int32_t* ids, void* y,
                               std::int64_t tokens, std::int64_t row_bytes);
using EmbeddingLeaf = EmbeddingFunction*;

#define ROOFMARK_DECLARE(isa, vector_bytes) \
  namespace isa_##isa {                     \
    EmbeddingFunction embedding;            \
  }
ROOFMARK_EACH_ISA(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE

}  // namespace roofmark
