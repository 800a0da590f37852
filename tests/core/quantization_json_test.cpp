#include "core/quantization_json.h"

#include <gtest/gtest.h>

#include "core/strict_json.h"
#include "tests/refusal.h"

namespace roofmark {
namespace {

Quantization read(const std::string& text) {
  return quantization_from_json(JsonView::parse(text, "q.json"));
}

std::string refused(const std::string& text) {
  return refusal([&] { read(text); });
}

TEST(QuantizationJson, GptqHasAScaleAndAZeroPointPerGroup) {
  EXPECT_EQ(read(R"({"quant_method": "gptq", "bits": 4, "group_size": 64, "desc_act": true})"),
            (Quantization{.weights = DType::i4, .group = 64, .zero_bits = 4}));
  const Quantization rows = read(R"({"quant_method": "gptq", "bits": 8, "group_size": -1})");
  EXPECT_EQ(rows, (Quantization{.weights = DType::i8, .group = 0, .zero_bits = 8}));
  EXPECT_EQ(
      refused(R"({"quant_method": "gptq", "bits": 3, "group_size": 128})"),
      "q.json: bits: weights of 3 bits are not counted; name a model of 4 or 8 bits, or remove "
      "quantization_config and pass --dtype");
  EXPECT_NE(refused(R"({"quant_method": "gptq", "bits": 4, "group_size": 0})"), "");
  EXPECT_NE(refused(R"({"quant_method": "gptq", "bits": 4})"), "");
}

TEST(QuantizationJson, AwqMayBeSymmetric) {
  EXPECT_EQ(read(R"({"quant_method": "awq", "w_bit": 4, "q_group_size": 128, "zero_point": true})"),
            (Quantization{.weights = DType::i4, .zero_bits = 4}));
  EXPECT_EQ(read(R"({"quant_method": "awq", "bits": 4, "group_size": 128, "zero_point": false})"),
            (Quantization{.weights = DType::i4}));
}

TEST(QuantizationJson, CompressedTensorsSayWeightsActivationsAndCache) {
  EXPECT_EQ(read(R"({"quant_method": "compressed-tensors", "ignore": ["lm_head"],
      "config_groups": {"group_0": {"targets": ["Linear"],
        "weights": {"num_bits": 8, "type": "int", "strategy": "channel", "symmetric": true},
        "input_activations": {"num_bits": 8, "type": "int", "strategy": "token"}}}})"),
            (Quantization{.weights = DType::i8, .activations = DType::i8, .group = 0}));
  EXPECT_EQ(read(R"({"quant_method": "compressed-tensors",
      "config_groups": {"group_0": {
        "weights": {"num_bits": 8, "type": "float", "strategy": "tensor"},
        "input_activations": {"num_bits": 8, "type": "float"}}},
      "kv_cache_scheme": {"num_bits": 8, "type": "float"}})"),
            (Quantization{.weights = DType::fp8,
                          .activations = DType::fp8,
                          .kv = DType::fp8,
                          .rows = 0,
                          .group = 0}));
  EXPECT_EQ(read(R"({"quant_method": "compressed-tensors", "config_groups": {"g": {
        "weights": {"num_bits": 4, "strategy": "group", "group_size": 32, "symmetric": false}}}})"),
            (Quantization{.weights = DType::i4, .group = 32, .zero_bits = 4}));
  EXPECT_EQ(read(R"({"quant_method": "fp8", "kv_cache_scheme": "static"})").kv, DType::fp8);
  EXPECT_EQ(read(R"({"quant_method": "fp8"})").kv, DType::none);
  EXPECT_NE(refused(R"({"quant_method": "compressed-tensors", "config_groups": {}})"), "");
  EXPECT_NE(refused(R"({"quant_method": "compressed-tensors", "config_groups": {
        "a": {"weights": {"num_bits": 4, "group_size": 32}},
        "b": {"weights": {"num_bits": 8, "group_size": 32}}}})"),
            "");
}

TEST(QuantizationJson, OthersHaveTheirOwnBlocks) {
  EXPECT_EQ(read(R"({"quant_method": "bitsandbytes", "load_in_4bit": true})"),
            (Quantization{.weights = DType::i4, .group = 64, .scale_bits = 32}));
  EXPECT_EQ(
      read(R"({"quant_method": "bitsandbytes", "load_in_8bit": true})"),
      (Quantization{.weights = DType::i8, .activations = DType::i8, .group = 0, .scale_bits = 32}));
  EXPECT_NE(refused(R"({"quant_method": "bitsandbytes"})"), "");
  EXPECT_EQ(read(R"({"quant_method": "fp8", "weight_block_size": [128, 64]})"),
            (Quantization{.weights = DType::fp8,
                          .activations = DType::fp8,
                          .rows = 128,
                          .group = 64,
                          .scale_bits = 32}));
  EXPECT_NE(refused(R"({"quant_method": "fp8", "weight_block_size": [128]})"), "");
  EXPECT_EQ(read(R"({"quant_method": "mxfp4"})"),
            (Quantization{.weights = DType::i4, .group = 32, .scale_bits = 8}));
}

TEST(QuantizationJson, PartsThatAreExceptedKeepTheirType) {
  const Quantization q = read(R"({"quant_method": "mxfp4", "modules_to_not_convert": [
      "model.layers.*.self_attn", "model.layers.*.mlp.router", "model.embed_tokens", "lm_head"]})");
  EXPECT_FALSE(q.attention);
  EXPECT_TRUE(q.mlp && q.experts);
  EXPECT_FALSE(q.embedding || q.head);
  // One layer of many stays with its part.
  EXPECT_TRUE(
      read(R"({"quant_method": "fp8", "ignored_layers": ["model.layers.0.self_attn"]})").attention);
}

}  // namespace
}  // namespace roofmark
