// The counting of Transformer Roofline Analyzer, operator by operator.
// Source: github.com/Jench2103/transformer-roofline-analyzer, core/base_parser.py and
// parsers/{llama,llama4}.py of 2025.
#pragma once

#include <vector>

#include "analyzer/accounting.h"

namespace roofmark {

/// All queries in one pass, with n the sum of their fresh tokens, h hidden, I the inner width, H
/// heads, K key/value heads, d = h / H (llama4: head_dim), w bytes per element of everything, and
/// per query q fresh tokens that see kv = cached + q:
///
/// op                FLOPs                              weights  input               output
/// RMSNorm           (4 h + 2) n                        (h+1) w  h n w               h n w
/// projection m n k  m n (2 k - 1)                      n k w    m k w               m n w
/// RoPE              3 d (H + K) n                      0        d (H + K) n w       d (H + K) n w
/// SDPA, each query  q kv (2 h - 1) + q d K (2 kv - 1)  0        (q h + 2 kv d K) w  q h w
/// ResidualAdd       h n                                0        2 h n w             h n w
/// ActMul (SiLU)     5 I + n                            0        2 I n w             I n w
///
/// q, k and v are one projection, gate and up another.  Llama 4 has a router, one routed expert
/// after the other over all tokens, a shared expert as wide, and their sum in L / step of its L
/// blocks, a dense MLP in the others; rows that no block has are left out.
///
/// Known to differ from what must be computed and moved, and kept here on purpose: S V as wide as
/// the key/value heads, so too little where K < H; ActMul's operations not times the tokens; 2 k -
/// 1 over the whole width in Q K^T; no softmax, causal mask, window or chunk; the router in every
/// block; the experts' weights read as if all tokens went to the same ones; epsilon read as a
/// parameter; no embedding and no head; d = h / H whatever a llama's head_dim says.
/// The tool knows no hardware; here its counts stand on a roofline like any others.
///
/// Exact below 2^53, computed in 128-bit integers.  Throws InputError for what the tool does not
/// know: families but llama and llama4, activations but SiLU, widths below a byte or not all alike.
std::vector<CountedOperator> tra_operators(const Workload& workload);

/// Its minimum storage requirement: weights as much as one pass reads, the whole cache, and in
/// `inactive_experts` (llama4) and `embedding_table` what the tool adds; peak: their sum.
Storage tra_storage(const Workload& workload);

}  // namespace roofmark
