// A model's dimensions from a Hugging Face config.json.
#pragma once

#include <string>
#include <string_view>

#include "core/model.h"
#include "core/strict_json.h"

namespace roofmark {

/// Reads a Hugging Face config.json of the llama family (model_type "llama"): hidden_size,
/// intermediate_size, num_hidden_layers, num_attention_heads, vocab_size; num_key_value_heads
/// (default: num_attention_heads, which it must divide), head_dim (default: hidden_size /
/// num_attention_heads, which must come out whole), tie_word_embeddings (default false),
/// torch_dtype or dtype (default float32, dtype_assumed; Format's own names are read too).  `name`
/// and `source`, which no config.json has, are ours; without them the model is called `name` and
/// its source is empty.  Other keys are ignored, except those that would change the work: a
/// quantization_config, biases and activations other than silu are refused.  Throws InputError
/// naming file, key and remedy.
Model model_from_json(const JsonView& config, const std::string& name);

/// "float16", "bfloat16", ...: what torch_dtype says for this type; Format's own name where torch
/// has none.
std::string_view torch_name(DType type);

}  // namespace roofmark
