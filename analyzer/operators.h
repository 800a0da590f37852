// From a workload to the operators of the network, in the order of execution.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/model.h"

namespace roofmark {

/// Every operator of the network (network.h) in one pass over workload.queries, those that layers
/// of several kinds have alike counted together.  With T = all fresh tokens, N = queries, h hidden,
/// I intermediate, H heads, K key/value heads, d head_dim, L layers, a Llama has
///
///   name                     kernel      shape                                           count
///   embedding                embedding   tokens=T cols=h vocabulary                      1
///   attn_norm mlp_norm       norm        rows=T cols=h                                   L
///   q_proj                   gemm        m=T n=Hd k=h                                    L
///   k_proj v_proj            gemm        m=T n=Kd k=h                                    L
///   rope                     rope        tokens=T heads=H+K head_dim=d                   L
///   attention (flash)        attention   queries fresh cached heads=H kv_heads=K head_dim=d   L
///   qk_matmul sv_matmul      qk, sv      the same extents (eager)                        L
///   softmax (eager)          softmax     rows=queries H fresh, cols=visible keys         L
///   out_proj                 gemm        m=T n=h k=Hd                                    L
///   attn_add mlp_add         add         rows=T cols=h                                   L
///   gate_proj up_proj        gemm        m=T n=I k=h                                     L
///   mlp_act                  activation  rows=T cols=I                                   L
///   down_proj                gemm        m=T n=h k=I                                     L
///   final_norm               norm        rows=T cols=h                                   1
///   lm_head                  gemm        m=head_rows() n=vocabulary k=h                  1
///
/// and other families, in their layers, what of these they have, and
///
///   position_embedding       embedding   tokens=T cols=h vocabulary=positions            1
///   position_add             add         rows=T cols=h                                   1
///   project_in project_out   gemm        where the embedding is not hidden wide          1
///   attn_post_norm mlp_post_norm         norm, before the residual adds (Gemma 2 and 3)
///   q_norm k_norm            norm        rows=T H (K) cols=d, scaled=0 without weights
///   window_attention chunk_attention     with extent window or chunk, where that cuts something
///   off q_a_proj q_a_norm q_b_proj kv_a_proj kv_a_norm       of latent attention, and in prefill
///   kv_b_proj                gemm        m=visible keys n=H(plain+value) k=rank
///   attention                expanded_attention          plain_dim rotated_dim value_dim rank
///                            in decode
///   q_absorb v_absorb        head_gemm   heads=H m=T n k
///   attention                latent_attention            rotated_dim rank
///   router                   gemm        m=T n=experts k=h
///   router_scores            softmax     rows=T cols=experts
///   expert_gate_proj expert_up_proj expert_down_proj
///                            expert_gemm m=T chosen n k experts chosen inputs
///   expert_act               activation  rows=T chosen cols=inner width of an expert
///   shared_gate_proj shared_up_proj shared_act shared_down_proj   as an MLP
///   shared_gate              gemm        m=T n=1 k=h
///   expert_sum               expert_sum  rows=T cols=h terms scaled
///
/// LayerNorm is kernel layer_norm, gated and plain activations are activation, gelu_gated,
/// relu_gated, silu, gelu and relu, and a product with a bias has extent bias=1.  A gemm with m = 1
/// is a gemv (n, k).  Quantized weights have extent group, that many of a row sharing a scale, and
/// what core/stored.h names beside it.  Attention comes once per distinct query, `queries` being
/// how many share it.  A query of q fresh tokens after p cached ones has P = q p + q (q + 1) / 2
/// causal pairs; `fresh` and `cached` are in the shape so that a kernel's work model can be exact.
/// Eager attention keeps the whole rectangle fresh x visible keys in memory, masked scores
/// included, which is why its softmax is a plain one; the operations counted are the causal pairs'.
///
/// Formats: products as weight_formats.h has them; attention, qk and sv {weights = kv, activations,
/// accumulate}; everything else the activations' own.  Final norm: every position, as
/// implementations run it.  Not counted: what scales embeddings (Gemma) and caps scores and logits
/// (Gemma 2), sines and cosines.  Throws InputError where an operator would have more than 2^60
/// operations.
std::vector<Operator> operators(const Workload& workload);

/// What a run measures in an operator's place.  Shape: of a product without its bias, which no
/// kernel adds (at most one part in 2 k of its operations), and with groups of 4-bit weights only,
/// without what core/stored.h adds to them; of a norm with its scales.  Format: of products their
/// own.  What stands between them is counted as wide as the activations of products, but computed
/// by kernels in 16 bits at least: where those are of 8 it is measured in bf16, where they are tf32
/// in f32, rows of an embedding as wide as their results, attention over the cache of the workload.
Operator measured(Operator op);

/// What quantizes the inputs of products with int8 activations where each row gets its scale anew
/// (kernel quantize, rows x cols of bf16), each input once however many products read it: attn,
/// out, mlp, down and head, elsewhere named for the first product that reads it.  No part of
/// operators(), whose int8 activations have static scales from one end of the network to the other;
/// measured beside them, for those who do not.
std::vector<Operator> dynamic_quantization(const Workload& workload);

/// LayerNorm (kernel layer_norm) at the shapes of the model's norms: what a model that has it in
/// their place asks for.  No part of operators(); measured beside them.
std::vector<Operator> layer_norms(const Workload& workload);

/// The residual add and the RMSNorm after it in one (kernel add_norm), rows x cols, as libraries
/// fuse them.  No part of operators(), which have both apart; measured beside them.
std::vector<Operator> fused_norms(const Workload& workload);

/// The workload's queries, each distinct one with the number of times it occurs, first come first.
struct QueryGroup {
  Query query;
  std::int64_t queries = 0;
};
std::vector<QueryGroup> grouped(const std::vector<Query>& queries);

/// Tokens computed in this pass: the sum of `fresh`.
std::int64_t fresh_tokens(const Workload& workload);

/// Tokens of the longest query after the pass: cached + fresh.
std::int64_t longest_query(const Workload& workload);

/// Rows of the head's product: in decode every fresh token (of several at once each is checked), in
/// prefill the last one of each query.
std::int64_t head_rows(const Workload& workload);

/// `batch` equal queries: for decode one token after `context` cached ones, for prefill a prompt of
/// `context` tokens.
std::vector<Query> queries_of(Phase phase, std::int64_t batch, std::int64_t context);

}  // namespace roofmark
