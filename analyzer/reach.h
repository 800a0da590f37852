// How far a layer's tokens look back, and what it keeps for those that come.
#pragma once

#include <cstdint>

#include "core/model.h"

namespace roofmark {

/// How layers of a kind reach back in a query: within a span that cuts something off, else to all.
/// A context that no span cuts is the same as none.
Reach reach_of(const Model& model, const LayerKind& kind, const Query& query);

/// Distinct keys that the query's fresh tokens see: cached + fresh; within a window of W
/// min(cached, W - 1) + fresh; within chunks of C (cached mod C) + fresh.
std::int64_t visible_keys(const Model& model, const LayerKind& kind, const Query& query);

/// Tokens of which the layer keeps keys and values after the pass: cached + fresh, within a window
/// W at most; within chunks those of the last token's chunk.
std::int64_t kept_tokens(const Model& model, const LayerKind& kind, const Query& query);

}  // namespace roofmark
