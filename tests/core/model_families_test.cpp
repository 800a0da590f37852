// What configurations of each architecture say in their own way.
#include "core/model_families.h"

#include <gtest/gtest.h>

#include "core/model_json.h"
#include "tests/model_configs.h"
#include "tests/refusal.h"

namespace roofmark {
namespace {

Model read(const std::string& text) {
  return model_from_json(JsonView::parse(text, "c.json"), "m");
}

std::string refused(const std::string& text) {
  return refusal([&] { read(text); });
}

/// A small configuration of that architecture with `more` in it.
std::string small(const std::string& type, const std::string& more, int layers = 12) {
  return R"({"model_type": ")" + type +
         R"(", "hidden_size": 64, "intermediate_size": 96, "num_attention_heads": 4, "head_dim": 16,
            "num_key_value_heads": 2, "vocab_size": 100, "num_hidden_layers": )" +
         std::to_string(layers) + (more.empty() ? "" : ", " + more) + "}";
}

std::int64_t layers_with(const Model& model, bool LayerKind::*property) {
  std::int64_t layers = 0;
  for (const LayerKind& kind : layer_kinds(model)) {
    if (kind.*property) layers += kind.count;
  }
  return layers;
}
std::int64_t local(const Model& model) { return layers_with(model, &LayerKind::local); }
std::int64_t sparse(const Model& model) { return layers_with(model, &LayerKind::sparse); }

TEST(ModelFamilies, ANullWindowIsNoneAndAMissingOneTheClassesOwn) {
  EXPECT_EQ(local(read(small("mistral", R"("sliding_window": null)"))), 0);
  EXPECT_EQ(read(small("mistral", "")).local_span, 4096);
  EXPECT_EQ(read(small("mistral", R"("sliding_window": 100)")).local_span, 100);
  EXPECT_EQ(local(read(small("mistral", R"("sliding_window": 100)"))), 12);
  EXPECT_NE(refused(small("mistral", R"("sliding_window": 0)")), "");
}

TEST(ModelFamilies, QwenHasWindowsOnlyWhereItUsesThem) {
  EXPECT_EQ(local(read(small("qwen2", R"("sliding_window": 100, "max_window_layers": 4)"))), 0);
  EXPECT_EQ(local(read(small("qwen3", R"("sliding_window": 100, "max_window_layers": 4,
                                         "use_sliding_window": true)"))),
            8);
  EXPECT_TRUE(read(small("qwen2", "")).biases.query_key_value);
  EXPECT_FALSE(read(small("qwen2", "")).biases.attention_out);
  EXPECT_EQ(read(small("qwen3", "")).qk_norm, QkNorm::scaled);
}

TEST(ModelFamilies, GemmasAlternate) {
  EXPECT_EQ(local(read(small("gemma2", R"("sliding_window": 100)", 13))), 7);
  EXPECT_EQ(local(read(small("gemma3_text", R"("sliding_window": 100)", 13))), 11);
  EXPECT_EQ(local(read(
                small("gemma3_text", R"("sliding_window": 100, "sliding_window_pattern": 3)", 13))),
            9);
  EXPECT_EQ(local(read(small("gemma2", R"("sliding_window": 100,
      "layer_types": ["full_attention", "sliding_attention", "full_attention"])",
                             3))),
            1);
  EXPECT_NE(refused(small("gemma2", R"("layer_types": ["full_attention"])", 3)), "");
  EXPECT_NE(refused(small("gemma2", R"("layer_types": ["linear_attention"])", 1)), "");
  EXPECT_TRUE(read(small("gemma", "")).tied_embeddings);
  EXPECT_EQ(read(small("gemma2", "")).block, BlockKind::sandwich);
}

TEST(ModelFamilies, ExpertsStandWhereTheConfigurationPutsThem) {
  const std::string experts = R"("num_experts": 8, "num_experts_per_tok": 2,
                                 "moe_intermediate_size": 32)";
  EXPECT_EQ(sparse(read(small("qwen3_moe", experts))), 12);
  EXPECT_EQ(sparse(read(small("qwen3_moe", experts + R"(, "decoder_sparse_step": 3)"))), 4);
  EXPECT_EQ(sparse(read(small("qwen3_moe", experts + R"(, "mlp_only_layers": [0, 11])"))), 10);
  EXPECT_NE(refused(small("qwen3_moe", experts + R"(, "mlp_only_layers": [12])")), "");
  const std::string routed = R"("n_routed_experts": 8, "num_experts_per_tok": 2,
      "moe_intermediate_size": 32, "n_shared_experts": 2, "first_k_dense_replace": 3)";
  const Model deepseek = read(small("deepseek", routed));
  EXPECT_EQ(sparse(deepseek), 9);
  EXPECT_EQ(deepseek.experts.shared, 64);
  EXPECT_EQ(sparse(read(small("deepseek", routed + R"(, "moe_layer_freq": 2)"))), 4);
  EXPECT_EQ(refused(small("mixtral", R"("num_local_experts": 2, "num_experts_per_tok": 3)")),
            "c.json: num_experts_per_tok: more than there are experts (2); write at most 2");
}

TEST(ModelFamilies, Llama4AlternatesRotationChunksAndExperts) {
  const std::string experts = R"("num_local_experts": 8, "num_experts_per_tok": 1,
      "intermediate_size_mlp": 128, "interleave_moe_layer_step": 2)";
  const Model model = read(small("llama4_text", experts));
  EXPECT_EQ(layers_with(model, &LayerKind::rotated), 9);
  EXPECT_EQ(local(model), 9);
  EXPECT_EQ(sparse(model), 6);
  EXPECT_EQ(model.intermediate, 128);
  EXPECT_EQ(model.experts.shared, 96);
  EXPECT_EQ(local(read(small("llama4_text", experts + R"(, "attention_chunk_size": null)"))), 0);
  EXPECT_EQ(layers_with(read(small("llama4_text", experts + R"(, "no_rope_layers": [1, 0])", 2)),
                        &LayerKind::rotated),
            1);
}

TEST(ModelFamilies, AMultimodalModelIsItsLanguageModel) {
  const std::string text = small("gemma3_text", "");
  const Model inner =
      read(R"({"model_type": "gemma3", "torch_dtype": "bfloat16", "text_config": )" + text + "}");
  EXPECT_EQ(inner.hidden, 64);
  EXPECT_EQ(inner.dtype, DType::bf16);
  EXPECT_NE(refused(R"({"model_type": "llama4", "text_config": )" + text + "}"), "");
}

TEST(ModelFamilies, HeadDimIsReadAndNotDerived) {
  EXPECT_EQ(published_model("Qwen3-32B").head_dim, 128);   // 5120 / 64 = 80
  EXPECT_EQ(published_model("Qwen3-0.6B").head_dim, 128);  // 1024 / 16 = 64
  EXPECT_EQ(published_model("gemma-2-9b").head_dim, 256);  // 3584 / 16 = 224
  EXPECT_EQ(published_model("gpt-oss-20b").head_dim, 64);  // 2880 / 64 = 45
  EXPECT_EQ(published_model("phi-2").unrotated, 80 - 32);
  EXPECT_EQ(published_model("Phi-4-mini-instruct").unrotated, 32);
  EXPECT_EQ(published_model("chatglm3-6b").unrotated, 64);
}

TEST(ModelFamilies, QuantizedCheckpointsSayTheirWeights) {
  EXPECT_EQ(published_model("DeepSeek-V3").quantization.weights, DType::fp8);
  EXPECT_EQ(published_model("gpt-oss-20b").quantization.group, 32);
  EXPECT_EQ(published_model("gpt-oss-20b").dtype, DType::bf16);
  EXPECT_EQ(published_model("Qwen3-8B").quantization, Quantization{});
}

}  // namespace
}  // namespace roofmark
