// Which architectures are read, and what each one's config.json says in its own way.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/model.h"
#include "core/strict_json.h"

namespace roofmark {

// Far above any model there is (405B: 126 layers, 16384 wide), far below what overflows.
inline constexpr std::int64_t most_layers = 1 << 14, most_wide = 1 << 20, most_vocabulary = 1 << 24,
                              most_experts = 1 << 16;
inline constexpr std::int64_t most_span = std::int64_t{1} << 40;  // tokens

/// What a family calls the dimensions that all have; nullptr: it has no such key.
struct DimensionKeys {
  const char *layers, *hidden, *intermediate, *heads, *kv_heads, *head_dim, *vocabulary, *context;
};

/// A network while it is read: every layer by itself, `count` 1.
struct Draft {
  Model model;
  std::vector<LayerKind> layers;
};

/// A configuration and, around it, the one of which it is the language model (`text_config`).
struct Config {
  JsonView text, whole;
};

/// One architecture.  Zero in a default: the key is required, or derived where Hugging Face does.
struct Family {
  std::string_view type;  ///< config.json's model_type
  const DimensionKeys* keys;
  void (*read)(const Config&, Draft&);  ///< what is its own, after the common dimensions
  bool tied = false;                    ///< where the configuration does not say it
  bool kv_required = false;             ///< num_key_value_heads; else it is num_attention_heads
  std::int64_t heads = 0, kv_heads = 0, head_dim = 0, vocabulary = 0;  ///< defaults
  DType dtype = DType::none;  ///< of the published weights, where configurations leave it out
};

/// That of a model_type; nullptr: not supported.
const Family* find_family(std::string_view type);

/// "llama, mistral, ..."
std::string family_names();

}  // namespace roofmark
