// The models that are built in (analyzer/models/*.json) and what their dimensions add up to.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/model.h"

namespace roofmark {

/// Every file of analyzer/models/, in the order of their names.
std::vector<Model> builtin_models();

/// A built-in model by name, upper and lower case alike.  Throws InputError naming the nearest and
/// `roofmark list models`.
Model find_model(std::string_view name);

/// Weights of the model, each counted once: per layer q, k, v, o, gate, up, down and two norms; the
/// embedding; the head where it is not tied to the embedding; the final norm.
std::int64_t parameters(const Model& model);
/// Of those, the elements of RMSNorm scales, which stay in the activations' type when weights are
/// quantized.
std::int64_t norm_parameters(const Model& model);

/// Elements that one token adds to the key/value cache over all layers: 2 L K d.
std::int64_t kv_elements_per_token(const Model& model);

}  // namespace roofmark
