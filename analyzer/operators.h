// From a workload to the operators of the network, in the order of execution.
#pragma once

#include <cstdint>
#include <vector>

#include "core/model.h"

namespace roofmark {

/// Every operator of a llama-family network in one pass over workload.queries, with T = all fresh
/// tokens, N = queries, h hidden, I intermediate, H heads, K key/value heads, d head_dim, L layers:
///
///   name                     kernel      shape                                           count
///   embedding                embedding   tokens=T cols=h vocabulary                      1
///   attn_norm mlp_norm       norm        rows=T cols=h                                   L
///   q_proj                   gemm        m=T n=Hd k=h                                    L
///   k_proj v_proj            gemm        m=T n=Kd k=h                                    L
///   rope                     rope        tokens=T heads=H+K head_dim=d                   L
///   attention (flash)        attention   queries fresh cached heads=H kv_heads=K head_dim=d   L
///   qk_matmul sv_matmul      qk, sv      the same extents (eager)                        L
///   softmax (eager)          softmax     rows=queries H fresh, cols=cached+fresh         L
///   out_proj                 gemm        m=T n=h k=Hd                                    L
///   attn_add mlp_add         add         rows=T cols=h                                   L
///   gate_proj up_proj        gemm        m=T n=I k=h                                     L
///   mlp_act                  activation  rows=T cols=I                                   L
///   down_proj                gemm        m=T n=h k=I                                     L
///   final_norm               norm        rows=T cols=h                                   1
///   lm_head                  gemm        m=head_rows() n=vocabulary k=h                  1
///
/// A gemm with m = 1 is a gemv (n, k).  Both have group=128 where weights have 4 bits: that many of
/// a row share a scale.  Attention comes once per distinct query, `queries` being
/// how many share it.  A query of q fresh tokens after p cached ones has P = q p + q (q + 1) / 2
/// causal pairs; `fresh` and `cached` are in the shape so that a kernel's work model can be exact.
/// Eager attention keeps the whole rectangle fresh x (cached + fresh) in memory, masked scores
/// included, which is why its softmax is a plain one; the operations counted are the causal pairs'.
///
/// Formats: projections workload.format; attention, qk and sv {weights = kv, activations,
/// accumulate}; everything else the activations' own.  Final norm: every position, as
/// implementations run it.  Throws InputError where an operator would have more than 2^60
/// operations.
std::vector<Operator> operators(const Workload& workload);

/// What quantizes the inputs of products where each row of activations gets its scale anew (kernel
/// quantize, rows x cols of f16): attn, out, mlp, down and head.  Empty but for int8 activations.
/// No part of operators(), whose int8 activations have static scales from one end of the network
/// to the other; measured beside them, for those who do not.
std::vector<Operator> dynamic_quantization(const Workload& workload);

/// LayerNorm (kernel layer_norm) at the shapes of the model's norms: what a model that has it in
/// their place asks for.  No part of operators(); measured beside them.
std::vector<Operator> layer_norms(const Workload& workload);

/// The workload's queries, each distinct one with the number of times it occurs, first come first.
struct QueryGroup {
  Query query;
  std::int64_t queries = 0;
};
std::vector<QueryGroup> grouped(const std::vector<Query>& queries);

/// Tokens computed in this pass: the sum of `fresh`.
std::int64_t fresh_tokens(const Workload& workload);

/// Rows of the head's product: in decode every fresh token (of several at once each is checked), in
/// prefill the last one of each query.
std::int64_t head_rows(const Workload& workload);

/// `batch` equal queries: for decode one token after `context` cached ones, for prefill a prompt of
/// `context` tokens.
std::vector<Query> queries_of(Phase phase, std::int64_t batch, std::int64_t context);

}  // namespace roofmark
