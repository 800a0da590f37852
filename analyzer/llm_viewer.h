// The counting of LLM-Viewer, operator by operator.
// Source: github.com/hahnyuan/LLM-Viewer, model_analyzer.py and configs/Llama.py of its main branch
// in 2024 and 2025; Yuan et al. 2024, arXiv:2402.16363.
#pragma once

#include <vector>

#include "analyzer/accounting.h"

namespace roofmark {

/// With b sequences of s tokens (s_q = s in prefill, 1 in decode), h hidden, H heads, K key/value
/// heads, d = h / H and w, a, k bytes per weight, activation and cache element:
///
///   op                      OPs            weights  activations read  written        cache read
///   written q out gate up down      2 ic oc b s_q  ic oc w  ic b s_q a        oc b s_q a     0 0
///   k_proj v_proj           the same with oc = d K                    0              0 oc b s_q k
///   qk_matmul               2 s s_q d H b  0        d b H a, prefill: s d b K a
///                                                                     s s_q b H a    s d b K k   0
///   sv_matmul               2 s s_q d H b  0        s s_q b H a       s_q d b H a    s d b K k   0
///   softmax                 5 s s_q b H    0        s s_q b H a       s s_q b H a    0           0
///   attn_norm mlp_norm      7 b h s_q      0        b h s_q a         b h s_q a      0           0
///   attn_add mlp_add        b h s_q        0        b h s_q a         b h s_q a      0           0
///   mlp_act                 2 b h s_q      0        2 b h s_q a       b h s_q a      0           0
///   lm_head (once)          b h V          h V w    h a               V a            0           0
///
/// Known to differ from what must be computed and moved, and kept here on purpose: no causal mask;
/// the prefill's query counted with K heads; an add with one operand read; a norm of 7 operations;
/// an activation over h instead of the intermediate size; a head without its factor two and, in its
/// traffic, without the batch; no embedding, RoPE or final norm; no scales of quantized weights.
/// Revisions: before April 2024 prefill's qk_matmul read the cache twice and no query (the same sum
/// where K = H).  The tool's fused attention depends on a chip's on-chip memory and is not
/// reproduced.
///
/// All operators use the INT8 peak where weights, activations and cache are at most 8 bits wide,
/// else the FP16 one.  Throws InputError where the queries are not all equal, where a prefill has
/// cached tokens, a decode several fresh ones, or the attention is flash.
std::vector<CountedOperator> llm_viewer_operators(const Workload& workload);

/// Its memory consumption: weights of the layers (no embedding, head or norms), the cache of the s
/// tokens, and as activations the sum of everything one layer writes.
Storage llm_viewer_storage(const Workload& workload);

}  // namespace roofmark
