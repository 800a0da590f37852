// The models that are built in (analyzer/models/*.json) and what they keep of a token.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/model.h"
#include "core/weights.h"

namespace roofmark {

/// Every file of analyzer/models/, in the order of their names.
std::vector<Model> builtin_models();

/// A built-in model by name, upper and lower case alike.  Throws InputError naming the nearest and
/// `roofmark list models`.
Model find_model(std::string_view name);

/// Elements that one token adds to the key/value cache over all layers: 2 L K d; with latent
/// attention L (rank + rotated), which all heads share.  Local layers keep fewer tokens
/// (kept_tokens).
std::int64_t kv_elements_per_token(const Model& model);

}  // namespace roofmark
