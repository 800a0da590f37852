// What a workload must keep in memory.
#pragma once

#include "analyzer/analysis.h"
#include "core/model.h"

namespace roofmark {

/// weights: every parameter once, as weight_formats.h has it, with scales and zero points; of these
/// the routed experts, the embedding and the head by themselves.  kv_cache: what each layer keeps
/// of every query after the pass (kept_tokens), kv_bytes_per_layer() for each token.  peak:
/// weights, cache and the largest set of activations that is alive at once (live_activations).
Storage storage(const Workload& workload);

/// Bytes of the largest set of activation tensors alive at once in the pass, by the reads and
/// results of network(): a tensor lives from the operator that makes it to the last that reads it.
/// Element-wise operators and softmax run in place where nothing else reads what they do; keys and
/// values go into the cache; eager attention holds the whole score rectangle; logits are of the
/// last token of each query.  Memory that an allocator or a library adds is not known and not
/// counted.
Bytes live_activations(const Workload& workload);

}  // namespace roofmark
