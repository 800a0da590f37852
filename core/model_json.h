// A model's dimensions from a Hugging Face config.json.
#pragma once

#include <string>
#include <string_view>

#include "core/model.h"
#include "core/strict_json.h"

namespace roofmark {

/// Reads the Hugging Face config.json of a supported architecture (core/model_families.h), by that
/// architecture's own keys and defaults.  Of the Llama-like ones: hidden_size, intermediate_size,
/// num_hidden_layers, num_attention_heads, vocab_size; num_key_value_heads, which must divide the
/// heads; head_dim (else hidden_size / num_attention_heads, which must come out whole);
/// tie_word_embeddings; torch_dtype or dtype (Format's own names are read too; without them
/// dtype_assumed, and float32 or what goes with the quantization); hidden_act; attention_bias,
/// mlp_bias; max_position_embeddings with rope_scaling or rope_parameters; quantization_config.  Of
/// a multimodal model the language model (text_config) alone.  `name` and `source`, which no
/// config.json has, are ours; without them the model is called `name` and its source is empty.
/// Other keys are ignored, except those that would change the work and are not counted.  Throws
/// InputError naming file, key and remedy.
Model model_from_json(const JsonView& config, const std::string& name);

/// The name, the family and the dimensions that all networks have, under Llama's keys; the rest as
/// Llama's.
Model dimensions_from_json(const JsonView& json);

/// "float16", "bfloat16", ...: what torch_dtype says for this type; Format's own name where torch
/// has none.
std::string_view torch_name(DType type);

}  // namespace roofmark
