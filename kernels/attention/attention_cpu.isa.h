// Leaves of causal attention on CPUs, one per instruction set: parts of one sequence's key/value
// head that one thread computes.
#pragma once

#include <cstdint>

#include "isas.h"
#include "leaves/attention_decode.h"
#include "leaves/attention_prefill.h"

namespace roofmark {

/// Elements of a cache; of queries and outputs all but i8.
enum class KvElement { f32, bf16, f16, i8 };

/// One sequence and key/value head, and the `group` query heads that share it.  Row r of `group
/// fresh` is query head r % group of fresh token r / group, which sees the keys 0 .. cached + r /
/// group:
///   out[r,:] = sum_j w_j value_j / sum_j w_j,  w_j = e^(q[r,:] . key_j / sqrt(head_dim))
/// An i8 cache holds whole numbers, which are multiplied by the scale of their key or value.
struct AttentionHead {
  KvElement cache, activations;
  const void* q;            ///< of the first query head and fresh token; heads lie side by side
  void* out;                ///< the same
  std::int64_t token_step;  ///< elements from a token's queries to those of the next
  const void *k, *v;        ///< [cached + fresh, head_dim], the fresh ones in place
  const float *k_scales, *v_scales;  ///< [cached + fresh]; i8 only
  std::int64_t fresh, cached, group, head_dim;
  float scale;      ///< 1 / sqrt(head_dim)
  bool asks_by_l2;  ///< Cpu::asks_by_l2()
};

/// Elements of a row in working memory: a multiple of 32, so that vectors of any width fit.
static constexpr std::int64_t padded_dim(std::int64_t head_dim) {
  return (head_dim + 31) / 32 * 32;
}

/// The most keys that are looked at together in a decode step.
static constexpr std::int64_t decode_keys = 64;
/// Of one piece of the keys: the weighted sums of values, the largest score and the sum of weights
/// of each row.
static constexpr std::int64_t decode_piece_floats(std::int64_t rows, std::int64_t head_dim) {
  return rows * (padded_dim(head_dim) + 16);
}
/// A multiple of the rows that are looked at together.
static constexpr std::int64_t decode_padded_rows(std::int64_t rows) {
  return (rows + 15) / 16 * 16;
}
/// Working memory: queries, scores, weights and sums of values of padded rows, and a tile of keys
/// or values.
static constexpr std::int64_t decode_scratch_floats(std::int64_t rows, std::int64_t head_dim) {
  return decode_padded_rows(rows) * 2 * (padded_dim(head_dim) + decode_keys) +
         decode_keys * padded_dim(head_dim);
}
/// Attention of all rows to keys first .. last - 1, in a piece of which attention_join makes
/// outputs.  `piece` and `scratch` are 64-byte aligned.
using AttentionDecodeLeaf = void (*)(const AttentionHead& head, std::int64_t first,
                                     std::int64_t last, float* piece, float* scratch);
/// Outputs from `pieces` pieces, one after the other, of all keys.
using AttentionJoinLeaf = void (*)(const AttentionHead& head, float* pieces, std::int64_t count);

/// The most rows that are multiplied at a time in a prefill.
static constexpr std::int64_t prefill_panel = 64;
/// A prefill of a block of rows.
struct AttentionPrefillLeaf {
  /// Outputs of rows first .. last - 1, at most `rows` of them.  `scratch` is 64-byte aligned.
  void (*run)(const AttentionHead& head, std::int64_t first, std::int64_t last, float* scratch);
  std::int64_t rows, keys;  ///< that are looked at together

  /// Working memory: queries and sums of values, scores, a tile of keys and one of values.
  std::int64_t scratch_floats(std::int64_t head_dim) const {
    return padded_dim(head_dim) * (2 * rows + 2 * keys) + prefill_panel * keys + 4 * rows;
  }
};

#define ROOFMARK_DECLARE(isa, vector_bytes)                                                 \
  namespace isa_##isa {                                                                     \
    void attention_decode(const AttentionHead& head, std::int64_t first, std::int64_t last, \
                          float* piece, float* scratch);                                    \
    void attention_join(const AttentionHead& head, float* pieces, std::int64_t count);      \
  }
ROOFMARK_EACH_ISA_OF_attention_decode(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE
#define ROOFMARK_DECLARE(isa, vector_bytes)              \
  namespace isa_##isa {                                  \
    extern const AttentionPrefillLeaf attention_prefill; \
  }
    ROOFMARK_EACH_ISA_OF_attention_prefill(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE

}  // namespace roofmark
