// What a workload must keep in memory.
#pragma once

#include "analyzer/analysis.h"
#include "core/model.h"

namespace roofmark {

/// weights: every parameter once, in the weights' type; norm scales in the activations'.  Scales
/// and zero points of quantized weights are not counted. kv_cache: all tokens of all queries after
/// the pass, 2 L K d (cached + fresh) elements. peak: both and the largest set of activations that
/// is alive at once (live_activations).
Storage storage(const Workload& workload);

/// Bytes of the largest set of activation tensors alive at once in the pass: each operator's input
/// and output and whatever a later one still needs (the residual, the norm's result while q, k, v
/// or gate and up are computed from it).  Element-wise operators and softmax run in place; k_proj
/// and v_proj write into the cache; eager attention holds the whole score rectangle; logits are of
/// the last token of each query.  Memory that an allocator or a library adds is not known and not
/// counted.
Bytes live_activations(const Workload& workload);

}  // namespace roofmark
