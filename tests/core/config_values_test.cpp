// What the values of a configuration cannot be, key by key and family by family: each is refused
// with its key and a remedy.  And what looks odd and is published: each is read.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "core/model_json.h"
#include "tests/refusal.h"

namespace roofmark {
namespace {

using Json = nlohmann::ordered_json;

/// A small network of four layers of every family, with every key that its reader knows.
Json small(const std::string& family) {
  const Json common = Json::parse(R"({"hidden_size": 64, "intermediate_size": 96,
      "num_hidden_layers": 4, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16,
      "vocab_size": 100, "max_position_embeddings": 512, "attention_bias": false,
      "hidden_act": "silu", "tie_word_embeddings": false, "torch_dtype": "bfloat16"})");
  const std::string windows = R"("sliding_window": 32)";
  const std::string qwen = R"("use_sliding_window": true, "max_window_layers": 2, )" + windows;
  const std::string qwen_experts = R"(, "num_experts": 8, "num_experts_per_tok": 2,
      "moe_intermediate_size": 32, "decoder_sparse_step": 1, "mlp_only_layers": [0])";
  const std::string routed = R"("n_routed_experts": 8, "num_experts_per_tok": 2, "n_group": 4,
      "topk_group": 2, "moe_intermediate_size": 32, "n_shared_experts": 1,
      "first_k_dense_replace": 1, "moe_layer_freq": 1)";
  const std::string latent = routed + R"(, "kv_lora_rank": 32, "q_lora_rank": 48,
      "qk_rope_head_dim": 8, "qk_nope_head_dim": 16, "v_head_dim": 16, "topk_method": "greedy")";
  const std::string gpt = R"("n_layer": 4, "n_embd": 64, "n_head": 4, "n_inner": 96,
      "vocab_size": 100, "n_positions": 512, "activation_function": "gelu_new")";
  static const std::string own = "own";  // does not have the common keys
  const std::map<std::string, std::pair<std::string, std::string>> families{
      {"llama", {"", R"("mlp_bias": false, "rope_scaling": {"factor": 2.0, "rope_type": "yarn",
                       "original_max_position_embeddings": 256}, "partial_rotary_factor": 1.0)"}},
      {"llama4_text", {"", R"("intermediate_size_mlp": 128, "num_local_experts": 8,
          "num_experts_per_tok": 1, "interleave_moe_layer_step": 2, "moe_layers": [1, 3],
          "no_rope_layer_interval": 4, "no_rope_layers": [1, 1, 1, 0], "use_qk_norm": true,
          "attention_chunk_size": 32)"}},
      {"mistral", {"", windows}},
      {"mixtral", {"", R"("num_local_experts": 8, "num_experts_per_tok": 2)"}},
      {"qwen2", {"", qwen}},
      {"qwen2_moe", {"", qwen + qwen_experts + R"(, "shared_expert_intermediate_size": 64)"}},
      {"qwen3", {"", qwen}},
      {"qwen3_moe", {"", qwen + qwen_experts}},
      {"gemma", {"", R"("hidden_activation": "gelu")"}},
      {"gemma2", {"", windows + R"(, "layer_types": ["sliding_attention", "full_attention",
          "sliding_attention", "full_attention"])"}},
      {"gemma3_text", {"", windows + R"(, "sliding_window_pattern": 2)"}},
      {"phi", {"", R"("partial_rotary_factor": 0.5, "qk_layernorm": false)"}},
      {"phi-msft", {own, gpt + R"(, "n_head_kv": null, "rotary_dim": 8)"}},
      {"phi3", {"", windows + R"(, "partial_rotary_factor": 0.75)"}},
      {"gpt2", {own, gpt + R"(, "add_cross_attention": false)"}},
      {"gptj", {own, gpt + R"(, "rotary_dim": 8)"}},
      {"opt", {own, R"("hidden_size": 64, "ffn_dim": 96, "num_hidden_layers": 4,
          "num_attention_heads": 4, "vocab_size": 100, "max_position_embeddings": 512,
          "word_embed_proj_dim": 32, "do_layer_norm_before": true, "enable_bias": true,
          "_remove_final_layer_norm": false, "layer_norm_elementwise_affine": true)"}},
      {"chatglm", {own, R"("num_layers": 4, "hidden_size": 64, "ffn_hidden_size": 96,
          "num_attention_heads": 4, "kv_channels": 16, "padded_vocab_size": 100,
          "seq_length": 512, "multi_query_attention": true, "multi_query_group_num": 2,
          "add_bias_linear": false, "add_qkv_bias": true, "rmsnorm": true,
          "post_layer_norm": true)"}},
      {"deepseek", {"", routed}},
      {"deepseek_v2", {"", latent}},
      {"deepseek_v3", {"", latent}},
      {"gpt_oss", {"", windows + R"(, "num_local_experts": 8, "num_experts_per_tok": 2)"}}};
  const auto& [base, more] = families.at(family);
  Json config = Json::parse("{" + more + "}");
  if (base != own) config.update(common);
  config["model_type"] = family;
  return config;
}

const char* const every_family[] = {
    "llama",       "llama4_text", "mistral",     "mixtral", "qwen2", "qwen2_moe",
    "qwen3",       "gemma",       "qwen3_moe",   "gemma2",  "phi",   "phi3",
    "gemma3_text", "phi-msft",    "gpt2",        "gptj",    "opt",   "chatglm",
    "deepseek",    "deepseek_v2", "deepseek_v3", "gpt_oss"};

Model read(const Json& config) {
  return model_from_json(JsonView::parse(config.dump(), "c.json"), "m");
}

std::string refused(const Json& config) {
  return refusal([&] { read(config); });
}

/// The configuration with these values in place of its own; "" as a value removes the key.
Json with(const std::string& family, const std::string& values) {
  Json config = small(family);
  const Json other = Json::parse(values);
  for (const auto& [key, value] : other.items()) {
    if (value == "") {
      config.erase(key);
    } else {
      config[key] = value;
    }
  }
  return config;
}

TEST(ConfigValues, EverySmallNetworkIsRead) {
  for (const char* family : every_family) EXPECT_EQ(refused(small(family)), "") << family;
}

TEST(ConfigValues, NoKeyThatIsReadTakesAnotherType) {
  // Latent attention has other widths, and of two names of an activation the newer one counts.
  const auto unread = [](const std::string& family, const std::string& key) {
    const bool latent = family == "deepseek_v2" || family == "deepseek_v3";
    return (latent && key == "head_dim") || (key == "hidden_act" && family == "gemma");
  };
  for (const std::string family : every_family) {
    const Json whole = small(family);
    for (const auto& [key, good] : whole.items()) {
      if (unread(family, key)) continue;
      std::vector<std::string> others{R"("no such word")", R"({"a": {}})", "[[]]", "-7.5"};
      if (good.is_number_integer()) {
        others.insert(others.end(), {"-1", "1.5", "\"4\"", "true", "1e30", "9223372036854775807",
                                     "9223372036854775808", "123456789012345678901234567890"});
      }
      if (good.is_boolean()) others.insert(others.end(), {"0", "1", "\"true\""});
      for (const std::string& other : others) {
        if (good.is_object() && other[0] == '{') continue;
        Json config = small(family);
        config[key] = Json::parse(other);
        const std::string refusal = refused(config);
        EXPECT_EQ(refusal.find("c.json: " + key), 0u)
            << family << "." << key << " = " << other << ": " << refusal;
        EXPECT_NE(refusal.find("; "), std::string::npos) << refusal;
      }
    }
  }
}

TEST(ConfigValues, NoDimensionIsZero) {
  const std::map<std::string, std::vector<std::string>> may_be_zero{
      {"max_window_layers", {"qwen2", "qwen2_moe", "qwen3", "qwen3_moe"}},
      {"n_shared_experts", {"deepseek", "deepseek_v2", "deepseek_v3"}},
      {"first_k_dense_replace", {"deepseek", "deepseek_v2", "deepseek_v3"}},
      {"head_dim", {"deepseek_v2", "deepseek_v3"}}};
  for (const std::string family : every_family) {
    const Json whole = small(family);
    for (const auto& [key, good] : whole.items()) {
      if (!good.is_number() || may_be_zero.count(key) > 0) continue;
      Json config = small(family);
      config[key] = 0;
      EXPECT_EQ(refused(config).find("c.json: " + key), 0u) << family << "." << key;
    }
  }
}

/// A value that its key cannot have beside the others, and how it is refused.
struct Impossible {
  const char *family, *values, *refusal;
};

const Impossible impossible[] = {
    // RoPE turns pairs.
    {"llama", R"({"head_dim": 15})", "head_dim: RoPE turns elements of a head in pairs (here 15"},
    {"llama", R"({"head_dim": "", "hidden_size": 60})", "num_attention_heads: RoPE turns"},
    {"llama", R"({"head_dim": 1})", "head_dim: RoPE turns"},
    {"qwen3", R"({"head_dim": 127})", "head_dim: RoPE turns"},
    {"gpt_oss", R"({"head_dim": 45})", "head_dim: RoPE turns"},
    {"phi", R"({"partial_rotary_factor": 0.45})", "partial_rotary_factor: RoPE turns"},
    {"phi", R"({"partial_rotary_factor": 0.01})", "partial_rotary_factor: RoPE turns"},
    {"phi", R"({"partial_rotary_factor": 1.5})", "partial_rotary_factor: out of range"},
    {"phi", R"({"partial_rotary_factor": "", "rope_parameters": {"partial_rotary_factor": 0.2}})",
     "rope_parameters.partial_rotary_factor: RoPE turns"},
    {"gptj", R"({"rotary_dim": 7})", "rotary_dim: RoPE turns"},
    {"gptj", R"({"rotary_dim": 18})", "rotary_dim: out of range"},
    {"phi-msft", R"({"rotary_dim": 9})", "rotary_dim: RoPE turns"},
    {"chatglm", R"({"kv_channels": 14})", "kv_channels: RoPE turns"},
    {"deepseek_v3", R"({"qk_rope_head_dim": 7})", "qk_rope_head_dim: RoPE turns"},
    // Heads.
    {"llama", R"({"num_key_value_heads": 3})", "num_key_value_heads: 3 does not divide"},
    {"mistral", R"({"num_key_value_heads": 8})", "num_key_value_heads: 8 does not divide"},
    {"chatglm", R"({"multi_query_group_num": 3})", "multi_query_group_num: does not divide"},
    {"gpt2", R"({"n_head": 5})", "n_head: does not divide n_embd"},
    {"opt", R"({"num_attention_heads": 5})", "num_attention_heads: does not divide"},
    // Which layers.
    {"deepseek", R"({"first_k_dense_replace": 5})", "first_k_dense_replace: out of range"},
    {"deepseek_v3", R"({"first_k_dense_replace": 61})", "first_k_dense_replace: out of range"},
    {"qwen3_moe", R"({"mlp_only_layers": [4]})", "mlp_only_layers[0]: out of range"},
    {"qwen2_moe", R"({"mlp_only_layers": [0, -1]})", "mlp_only_layers[1]: out of range"},
    {"llama4_text", R"({"moe_layers": [4]})", "moe_layers[0]: out of range"},
    {"llama4_text", R"({"no_rope_layers": [1, 1, 0]})", "no_rope_layers: has 3 entries for 4"},
    {"llama4_text", R"({"no_rope_layers": [1, 1, 2, 0]})", "no_rope_layers[2]: out of range"},
    {"llama4_text", R"({"layer_types": ["sliding_attention", "full_attention", "full_attention",
        "full_attention"]})",
     "layer_types[0]: \"sliding_attention\" is not counted"},
    {"gemma2", R"({"layer_types": []})", "layer_types: has 0 entries for 4 layers"},
    {"gemma2", R"({"sliding_window": null})", "layer_types[0]: there is no sliding_window"},
    {"gpt_oss", R"({"layer_types": ["full_attention"]})", "layer_types: has 1 entries for 4"},
    // Experts.
    {"mixtral", R"({"num_experts_per_tok": 9})", "num_experts_per_tok: more than there are"},
    {"deepseek_v2", R"({"n_group": 3})", "n_group: does not divide n_routed_experts (8 / 3)"},
    {"deepseek_v2", R"({"n_group": 16})", "n_group: out of range"},
    {"deepseek_v2", R"({"topk_group": 5})",
     "topk_group: more than the groups (n_group: 4); correct one"},
    {"deepseek_v2", R"({"topk_group": 9})", "topk_group: out of range"},
    {"deepseek_v3", R"({"n_group": ""})",
     "topk_group: more than the groups (n_group: 1, not written); correct one"},
    {"deepseek_v3", R"({"q_lora_rank": ""})", "q_lora_rank: missing"},
    {"deepseek_v2", R"({"topk_group": 1, "num_experts_per_tok": 3})",
     "num_experts_per_tok: more than there are experts in the 1 groups"},
    {"deepseek_v3", R"({"topk_method": "best"})", "topk_method: \"best\" is no way"},
    // What would change the work and is not counted.
    {"gemma3_text", R"({"use_bidirectional_attention": true})", "use_bidirectional_attention: "},
    {"gpt2", R"({"add_cross_attention": true})", "add_cross_attention: cross attention is not"},
    {"opt", R"({"enable_bias": false})", "enable_bias: a network without biases is not"},
    {"opt", R"({"layer_norm_elementwise_affine": false})", "layer_norm_elementwise_affine: norms"},
    {"phi", R"({"qk_layernorm": true})", "qk_layernorm: norms of queries and keys are not"},
    {"llama", R"({"hidden_act": "xielu"})", "hidden_act: activation \"xielu\" is not counted"},
    // Contexts.
    {"llama", R"({"rope_scaling": {"factor": 0.5, "rope_type": "linear"}})",
     "rope_scaling.factor: out of range"},
    {"llama", R"({"rope_scaling": {"factor": "8"}})", "rope_scaling.factor: must be a number"},
    {"llama", R"({"rope_scaling": {"factor": 2.0, "original_max_position_embeddings": 0}})",
     "rope_scaling.original_max_position_embeddings: out of range"},
    {"llama", R"({"rope_scaling": {"rope_type": 5}})", "rope_scaling.rope_type: must be a text"},
    {"gemma3_text", R"({"rope_parameters": {"full_attention": {"factor": 0}}})",
     "rope_parameters.full_attention.factor: out of range"},
    // Types.
    {"llama", R"({"torch_dtype": "auto"})", "torch_dtype: unknown type \"auto\""},
    {"llama", R"({"dtype": "float16"})", "dtype: differs from torch_dtype"},
    // Groups of weights that no quantizer writes.
    {"llama", R"({"quantization_config": {"quant_method": "gptq", "bits": 4, "group_size": 7}})",
     "quantization_config.group_size: no quantizer shares a scale among 7 weights; write 16, 32, "
     "64, 128, 256, 512 or 1024, or -1"},
    {"llama", R"({"quantization_config": {"quant_method": "gptq", "bits": 4, "group_size": 0}})",
     "quantization_config.group_size: no quantizer"},
    {"llama", R"({"quantization_config": {"quant_method": "awq", "bits": 4, "group_size": 8}})",
     "quantization_config.group_size: no quantizer"},
    {"llama", R"({"quantization_config": {"quant_method": "awq", "bits": 4, "group_size": 2048}})",
     "quantization_config.group_size: no quantizer"},
    {"llama", R"({"quantization_config": {"quant_method": "gptq", "bits": 4, "group_size": -2}})",
     "quantization_config.group_size: out of range"},
    {"llama", R"({"quantization_config": {"quant_method": "gptq", "bits": 3, "group_size": 128}})",
     "quantization_config.bits: weights of 3 bits are not counted"},
    {"llama", R"({"quantization_config": {"quant_method": "compressed-tensors", "config_groups":
        {"g": {"weights": {"num_bits": 4, "strategy": "group", "group_size": 100}}}}})",
     "quantization_config.config_groups.g.weights.group_size: no quantizer"},
    {"llama", R"({"quantization_config": {"quant_method": "fp8", "kv_cache_scheme": "dense"}})",
     "quantization_config.kv_cache_scheme: \"dense\" is no way"},
    {"llama", R"({"quantization_config": {"quant_method": "fp8", "kv_cache_scheme": 17}})",
     "quantization_config.kv_cache_scheme: "},
    {"llama", R"({"quantization_config": {"quant_method": "fp8", "weight_block_size": [0, 128]}})",
     "quantization_config.weight_block_size[0]: out of range"}};

TEST(ConfigValues, NoneContradictsAnother) {
  for (const Impossible& one : impossible) {
    const std::string refusal = refused(with(one.family, one.values));
    EXPECT_EQ(refusal.find("c.json: " + std::string(one.refusal)), 0u)
        << one.family << " " << one.values << "\n"
        << refusal;
    EXPECT_NE(refusal.find("; "), std::string::npos) << refusal;
  }
}

/// Values that look wrong and are published.
const std::pair<const char*, const char*> published[] = {
    {"qwen2", R"({"max_window_layers": 70})"},  // Qwen2.5-32B-Instruct has 64 layers
    {"qwen2_moe", R"({"use_sliding_window": false, "sliding_window": 0})"},  // transformers 5
    {"qwen3_moe", R"({"num_experts": "", "num_local_experts": 8})"},         // transformers 5
    {"llama4_text", R"({"moe_layers": [], "interleave_moe_layer_step": 0, "num_local_experts": 0,
        "num_experts_per_tok": 0})"},                                        // Llama Guard 4
    {"llama4_text", R"({"no_rope_layers": [], "layer_types": ["chunked_attention",
        "chunked_attention", "chunked_attention", "full_attention"]})"},
    {"llama4_text", R"({"attention_chunk_size": null})"},
    {"deepseek_v3", R"({"n_group": null, "topk_group": null, "topk_method": ""})"},
    {"deepseek_v2", R"({"q_lora_rank": null})"},
    {"deepseek_v2", R"({"q_lora_rank": ""})"},    // mirrors of DeepSeek-V2-Lite
    {"deepseek_v3", R"({"q_lora_rank": null})"},  // Moonlight-16B-A3B
    {"deepseek_v2", R"({"hidden_size": 66})"},    // heads of latents do not divide it
    {"deepseek", R"({"first_k_dense_replace": 4})"},
    {"gemma3_text", R"({"sliding_window_pattern": "", "_sliding_window_pattern": 6,
        "rope_parameters": {"sliding_attention": {"rope_type": "default", "rope_theta": 1e4},
                            "full_attention": {"rope_type": "linear", "factor": 8.0}}})"},
    {"gemma", R"({"hidden_activation": null})"},
    {"phi", R"({"num_key_value_heads": null, "rope_scaling": null})"},
    {"gptj", R"({"n_inner": null, "rotary_dim": null})"},
    {"opt", R"({"word_embed_proj_dim": null})"},
    {"gpt2", R"({"head_dim": 15, "rope_scaling": null})"},  // which it does not rotate
    {"llama", R"({"rope_scaling": {"type": "dynamic", "factor": 2.0}})"},
    {"llama", R"({"max_position_embeddings": null, "torch_dtype": null})"}};

TEST(ConfigValues, WhatIsPublishedIsRead) {
  for (const auto& [family, values] : published) {
    EXPECT_EQ(refused(with(family, values)), "") << family << " " << values;
  }
}

TEST(ConfigValues, LlamaGuardHasNoExperts) {
  const Model model = read(with("llama4_text", published[3].second));
  EXPECT_EQ(model.experts, Experts{});
  EXPECT_EQ(model.intermediate, 128);
}

TEST(ConfigValues, TheContextIsTheLargerOfWhatIsSaidAndWhatIsScaled) {
  const auto context = [](const char* family, const char* values) {
    const Model model = read(with(family, values));
    return std::pair{model.context, model.stretched};
  };
  using Context = std::pair<std::int64_t, bool>;
  EXPECT_EQ(context("llama", "{}"), (Context{512, false}));  // 256 x 2
  EXPECT_EQ(context("llama", R"({"rope_scaling": null})"), (Context{512, false}));
  EXPECT_EQ(context("llama", R"({"rope_scaling": {"type": "yarn", "factor": 4.0,
                                "original_max_position_embeddings": 512}})"),
            (Context{2048, false}));
  EXPECT_EQ(context("llama", R"({"rope_scaling": {"type": "linear", "factor": 4.0}})"),
            (Context{512, true}));
  EXPECT_EQ(context("llama", R"({"rope_scaling": "", "rope_parameters": {"rope_type": "default",
                                "rope_theta": 10000.0}})"),
            (Context{512, false}));
  EXPECT_EQ(context("llama", R"({"rope_scaling": {"rope_type": "llama3", "factor": 32.0,
                                "original_max_position_embeddings": 256}})"),
            (Context{512, false}));
  EXPECT_EQ(context("chatglm", "{}"), (Context{512, false}));
  EXPECT_EQ(context("gptj", "{}"), (Context{512, false}));
  EXPECT_EQ(context("opt", "{}"), (Context{512, false}));
  EXPECT_EQ(read(small("opt")).positions, 514);
}

TEST(ConfigValues, AnUnsaidTypeIsWhatIsLoadedBesideTheQuantizedWeights) {
  const auto type = [](const char* quantization) {
    const Model model = read(with("llama", R"({"torch_dtype": "", "quantization_config": )" +
                                               std::string(quantization) + "}"));
    EXPECT_TRUE(model.dtype_assumed);
    return model.dtype;
  };
  EXPECT_EQ(type("null"), DType::f32);
  EXPECT_EQ(type(R"({"quant_method": "gptq", "bits": 4, "group_size": 128})"), DType::f16);
  EXPECT_EQ(type(R"({"quant_method": "bitsandbytes", "load_in_4bit": true})"), DType::f16);
  EXPECT_EQ(type(R"({"quant_method": "mxfp4"})"), DType::bf16);
  EXPECT_EQ(type(R"({"quant_method": "fp8"})"), DType::f32);
}

}  // namespace
}  // namespace roofmark
