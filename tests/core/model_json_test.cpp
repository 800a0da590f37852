#include "core/model_json.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace roofmark {
namespace {

Model model_of(const std::string& text) {
  return model_from_json(JsonView::parse(text, "c.json"), "m");
}

std::string refusal_of(const std::string& text) {
  try {
    model_of(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

/// A small valid configuration with `more` added before its end.
std::string config(const std::string& more = "") {
  return R"({"model_type": "llama", "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2,
             "num_attention_heads": 4, "vocab_size": 100)" +
         more + "}";
}

std::string without(const std::string& key) {
  std::string text = config();
  const std::size_t at = text.find("\"" + key + "\"");
  return text.replace(at, key.size() + 2, "\"removed\"");
}

TEST(ModelJson, DefaultsAreThoseOfTheFamily) {
  const Model model = model_of(config());
  EXPECT_EQ(model.name, "m");
  EXPECT_EQ(model.family, "llama");
  EXPECT_EQ(model.heads, 4);
  EXPECT_EQ(model.kv_heads, 4);
  EXPECT_EQ(model.head_dim, 16);
  EXPECT_FALSE(model.tied_embeddings);
  EXPECT_EQ(model.dtype, DType::f32);
  EXPECT_TRUE(model.dtype_assumed);
}

TEST(ModelJson, ReadsWhatIsSaid) {
  const Model model = model_of(config(
      R"(, "num_key_value_heads": 2, "head_dim": 24, "tie_word_embeddings": true, "torch_dtype": "bfloat16",
         "name": "n", "source": "s", "rope_scaling": {"factor": 32.0}, "eos_token_id": [1, 2])"));
  EXPECT_EQ(model.kv_heads, 2);
  EXPECT_EQ(model.head_dim, 24);  // not hidden / heads = 16
  EXPECT_TRUE(model.tied_embeddings);
  EXPECT_EQ(model.dtype, DType::bf16);
  EXPECT_FALSE(model.dtype_assumed);
  EXPECT_EQ(model.name, "n");
  EXPECT_EQ(model.source, "s");
}

TEST(ModelJson, TheNewerKeyOfTheTypeIsRead) {
  EXPECT_EQ(model_of(config(R"(, "dtype": "float64")")).dtype, DType::f64);
  EXPECT_FALSE(model_of(config(R"(, "dtype": "float32")")).dtype_assumed);
  EXPECT_EQ(model_of(config(R"(, "dtype": "bfloat16", "torch_dtype": "bfloat16")")).dtype,
            DType::bf16);
  EXPECT_EQ(refusal_of(config(R"(, "dtype": "bfloat16", "torch_dtype": "float16")")),
            "c.json: dtype: differs from torch_dtype; keep the one that holds");
}

TEST(ModelJson, EveryTypeIsReadBackFromItsName) {
  for (const DType type :
       {DType::f64, DType::f32, DType::f16, DType::bf16, DType::fp8, DType::i8, DType::i4}) {
    EXPECT_EQ(
        model_of(config(R"(, "torch_dtype": ")" + std::string(torch_name(type)) + "\"")).dtype,
        type);
  }
}

TEST(ModelJson, EveryDimensionIsRequired) {
  for (const std::string key : {"model_type", "hidden_size", "intermediate_size",
                                "num_hidden_layers", "num_attention_heads", "vocab_size"}) {
    EXPECT_EQ(refusal_of(without(key)), "c.json: " + key + ": missing or null; give it a value");
  }
}

TEST(ModelJson, UnknownArchitecturesNameWhatIsSupported) {
  EXPECT_EQ(
      refusal_of(R"({"model_type": "mamba"})"),
      "c.json: model_type: architecture \"mamba\" is not supported; name a config.json with one "
      "of these: llama, llama4, mistral, mixtral, qwen2, qwen2_moe, qwen3, qwen3_moe, gemma, "
      "gemma2, gemma3, gemma3_text, phi, phi-msft, phi3, gpt2, gptj, opt, chatglm, deepseek, "
      "deepseek_v2, "
      "deepseek_v3, gpt_oss");
}

TEST(ModelJson, HeadsMustDivide) {
  EXPECT_EQ(
      refusal_of(config(R"(, "num_key_value_heads": 3)")),
      "c.json: num_key_value_heads: 3 does not divide num_attention_heads, 4, and one of the two "
      "is wrong; correct it so that as many heads share each key and value");
  EXPECT_EQ(refusal_of(R"({"model_type": "llama", "hidden_size": 65, "intermediate_size": 96,
                           "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 100})"),
            "c.json: num_attention_heads: does not divide hidden_size (65 / 4) and there is no "
            "head_dim; add "
            "head_dim");
}

TEST(ModelJson, WrongTypesAndRangesAreRefused) {
  for (const char* more :
       {R"(, "num_key_value_heads": 0)", R"(, "num_key_value_heads": -4)",
        R"(, "num_key_value_heads": 18446744073709551615)", R"(, "head_dim": 16.0)",
        R"(, "head_dim": "16")", R"(, "tie_word_embeddings": 1)", R"(, "torch_dtype": "auto")",
        R"(, "torch_dtype": "none")", R"(, "torch_dtype": 16)", R"(, "name": 5)"}) {
    EXPECT_EQ(refusal_of(config(more)).find("c.json: "), 0u) << more;
  }
  EXPECT_EQ(refusal_of("[]").find("c.json: must be an object"), 0u);
}

TEST(ModelJson, WhatIsNotCountedIsNotPassedOver) {
  EXPECT_EQ(
      refusal_of(config(R"(, "hidden_act": "xielu")")),
      "c.json: hidden_act: activation \"xielu\" is not counted; name a model with silu, gelu or "
      "relu");
  EXPECT_EQ(
      refusal_of(config(R"(, "quantization_config": {"quant_method": "hqq"})")),
      "c.json: quantization_config.quant_method: quantization \"hqq\" is not supported (there "
      "are gptq, awq, compressed-tensors, bitsandbytes, fp8, mxfp4); remove "
      "quantization_config and say the format with --dtype");
  EXPECT_NE(refusal_of(config(R"(, "quantization_config": {"bits": 4})")), "");
}

TEST(ModelJson, BiasesAndActivationsAreRead) {
  EXPECT_EQ(model_of(config()).biases, Biases{});
  const Model biased = model_of(config(R"(, "attention_bias": true, "mlp_bias": true)"));
  EXPECT_EQ(biased.biases, (Biases{.query_key_value = true, .attention_out = true, .mlp = true}));
  EXPECT_EQ(model_of(config(R"(, "hidden_act": "gelu_new")")).activation, ActivationKind::gelu);
  EXPECT_EQ(model_of(config()).activation, ActivationKind::silu);
}

TEST(ModelJson, ProductsThatWouldNotBeExactAreRefused) {
  const std::string huge =
      R"({"model_type": "llama", "hidden_size": 1048576, "intermediate_size": 1048576,
    "num_hidden_layers": 16384, "num_attention_heads": 1048576, "vocab_size": 16777216, "head_dim": 1048576})";
  EXPECT_EQ(refusal_of(huge), "c.json: more than 2^53 parameters; correct the dimensions");
}

}  // namespace
}  // namespace roofmark
