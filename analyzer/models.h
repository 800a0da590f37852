// The models that are built in (analyzer/models/*.json) and what they keep of a token.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/model.h"
#include "core/units.h"
#include "core/weights.h"

namespace roofmark {

/// Every file of analyzer/models/, in the order of their names.
std::vector<Model> builtin_models();

/// A built-in model by name, upper and lower case alike.  Throws InputError naming the nearest and
/// `roofmark list models`.
Model find_model(std::string_view name);

/// What one token adds to a key/value cache of that type in each layer: 2 K vectors of d elements;
/// with latent attention one of rank and one of rotated, which all heads share (core/cached.h).
/// Local layers keep fewer tokens (kept_tokens).
Bytes kv_bytes_per_layer(const Model& model, DType type);

}  // namespace roofmark
