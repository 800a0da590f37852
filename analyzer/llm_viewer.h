// The counting of LLM-Viewer, operator by operator.
// Source: github.com/hahnyuan/LLM-Viewer, model_analyzer.py and configs/Llama.py of its main branch
// in 2024 and 2025; Yuan et al. 2024, arXiv:2402.16363.
#pragma once

#include <string_view>
#include <vector>

#include "analyzer/accounting.h"

namespace roofmark {

/// With b sequences of s tokens (s_q = s in prefill, 1 in decode), h hidden, H heads, K key/value
/// heads, d = h / H rounded down, D devices (tensor parallelism) and w, a, k bytes per weight,
/// activation and cache element:
///
/// op               OPs            weights  act. read    act. written   cache read       written
/// q gate up        2 ic oc b s_q  ic oc w  ic b s_q a   oc b s_q a     0                0
/// k_proj v_proj    the same       ic oc w  ic b s_q a   0              0                oc b s_q k
/// out down         the same       ic oc w  ic b s_q a   oc b s_q a     0                0
/// qk_matmul        2 s s_q d H b  0        s_q d b Q a  s s_q b H a    s d b K k        0
/// sv_matmul        2 s s_q d H b  0        s s_q b H a  s_q d b H a    s d b K k        0
/// softmax          5 s s_q b H    0        s s_q b H a  s s_q b H a    0                0
/// fused_attention  their sum      0        s_q d b H a  2 s_q s b H a  2 n_r s d b K k  0
/// both norms       7 b h s_q      0        b h s_q a    b h s_q a      0                0
/// both adds        b h s_q        0        b h s_q a    b h s_q a      0                0
/// mlp_act          2 b h s_q      0        2 b h s_q a  b h s_q a      0                0
/// lm_head (once)   b h V          h V w    h a          V a            0                0
///
/// Q is K in prefill, H in decode.  oc of q, k, v, gate and up and ic of out and down are divided
/// by D.  n_r = ceil(s_q / d): the tool takes blocks of min(on-chip memory / (k d), d) rows, and
/// the on-chip memory that it has of every device (its registers, megabytes) is larger than k d^2.
///
/// Known to differ from what must be computed and moved, and kept here on purpose: no causal mask;
/// the prefill's query counted with K heads; fused attention that writes two matrices of s columns
/// and reads the cache n_r times; an add with one operand read; a norm of 7 operations; an
/// activation over h instead of the intermediate size; an OPT with a gate; a head without its
/// factor two and, in its traffic, without the batch; no embedding, RoPE or final norm; no scales
/// of quantized weights; of D devices each with all of attention, norms and head, and nothing sent
/// between them.  Revisions: before April 2024 prefill's qk_matmul read the cache twice and no
/// query (the same sum where K = H).
///
/// All operators use the INT8 peak where weights, activations and cache are at most 8 bits wide,
/// else the FP16 one.  Throws InputError for families that the tool has no configuration of (it has
/// llama, opt, gptj and chatglm), and where the queries are not all equal, a prefill has cached
/// tokens, a decode several fresh ones, D does not divide K, or a GPT-J's attention is flash.
std::vector<CountedOperator> llm_viewer_operators(const Workload& workload,
                                                  std::int64_t devices = 1);

/// Its counts are reproduced, its devices are not: who compares times wants to know.
inline constexpr std::string_view viewer_ceilings_note =
    "operations and bytes are LLM-Viewer's; peaks and bandwidth are not: its own differ from data "
    "sheets for some devices (H100: docs/analyze.md); to have its times, give them with --peak and "
    "--bandwidth";

/// Its memory consumption: weights of the layers (no embedding, head or norms), the cache of the s
/// tokens, and as activations the sum of everything one layer writes.
Storage llm_viewer_storage(const Workload& workload, std::int64_t devices = 1);

}  // namespace roofmark
