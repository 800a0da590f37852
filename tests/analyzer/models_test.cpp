#include "analyzer/models.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/model_configs.h"

namespace roofmark {
namespace {

TEST(Models, TheBuiltInOnesSayWhereTheyAreFromAndInWhichTypeTheyAre) {
  const std::vector<Model> models = builtin_models();
  EXPECT_GE(models.size(), 24u);
  for (const Model& model : models) {
    EXPECT_NE(model.source.find("huggingface.co"), std::string::npos) << model.name;
    EXPECT_FALSE(model.dtype_assumed) << model.name;
    EXPECT_EQ(find_model(model.name), model);  // the file is called what the model is
  }
}

TEST(Models, AreFoundWhateverTheCase) {
  EXPECT_EQ(find_model("Llama-3-8B").kv_heads, 8);
  EXPECT_EQ(find_model("LLAMA-3.2-1B").head_dim, 64);
}

TEST(Models, AnUnknownNameGetsTheNearestOne) {
  try {
    find_model("lama-2-7b");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(
        error.what(),
        "no model is called \"lama-2-7b\" (and no file is); did you mean llama-2-7b? roofmark list "
        "models names them, or give the path of a config.json");
  }
  EXPECT_THROW(find_model(""), InputError);
  EXPECT_THROW(find_model("\x1b[31m\xff"), InputError);
}

// Published parameter counts: the checkpoints' own tensors add up to these.
TEST(Models, ParametersAreThoseOfTheCheckpoints) {
  const std::pair<const char*, std::int64_t> published[] = {{"llama-2-7b", 6738415616},
                                                            {"llama-2-13b", 13015864320},
                                                            {"llama-2-70b", 68976648192},
                                                            {"llama-3-8b", 8030261248},
                                                            {"llama-3-70b", 70553706496},
                                                            {"llama-3.1-8b", 8030261248},
                                                            {"llama-3.1-405b", 405853388800},
                                                            {"llama-3.2-1b", 1235814400},
                                                            {"llama-3.2-3b", 3212749824},
                                                            {"llama-4-scout", 107769861120},
                                                            {"llama-4-maverick", 400711848960},
                                                            {"mistral-7b", 7241732096},
                                                            {"mixtral-8x7b", 46702792704},
                                                            {"qwen2-7b", 7615616512},
                                                            {"qwen3-8b", 8190735360},
                                                            {"qwen3-32b", 32762123264},
                                                            {"qwen3-30b-a3b", 30532122624},
                                                            {"gemma-2-9b", 9241705984},
                                                            {"gemma-3-4b", 3880263168},
                                                            {"phi-4-mini", 3836021760},
                                                            {"gpt2", 124439808},
                                                            {"deepseek-v2-lite", 15706484224},
                                                            {"deepseek-v3", 671026419200},
                                                            {"gpt-oss-20b", 20914757184}};
  for (const auto& [name, count] : published)
    EXPECT_EQ(parameters(find_model(name)), count) << name;
  EXPECT_EQ(std::size(published), builtin_models().size());
}

// The same dimensions as the published configurations, whichever way they are written.
TEST(Models, AreThePublishedConfigurations) {
  const std::pair<const char*, const char*> same[] = {
      {"llama-2-7b", "Llama-2-7b-hf"},
      {"llama-3-8b", "Meta-Llama-3-8B"},
      {"llama-4-scout", "Llama-4-Scout-17B-16E-Instruct"},
      {"mistral-7b", "Mistral-7B-v0.1"},
      {"qwen3-30b-a3b", "Qwen3-30B-A3B"},
      {"gemma-3-4b", "gemma-3-4b-it"},
      {"deepseek-v3", "DeepSeek-V3"}};
  for (const auto& [name, published] : same) {
    Model ours = find_model(name), theirs = published_model(published);
    theirs.name = ours.name;
    theirs.source = ours.source;
    EXPECT_EQ(ours, theirs) << name;
  }
}

double cached_token(const char* name, DType type) {
  const Model model = find_model(name);
  return static_cast<double>(model.layers) * kv_bytes_per_layer(model, type).value;
}

TEST(Models, CacheBytesPerTokenFollowTheKeyValueHeads) {
  EXPECT_EQ(cached_token("llama-2-7b", DType::f16), 524288);
  EXPECT_EQ(cached_token("llama-3-8b", DType::f16), 131072);
  EXPECT_EQ(cached_token("llama-3.2-1b", DType::f16), 32768);
  EXPECT_EQ(cached_token("deepseek-v3", DType::f16), 70272);
  EXPECT_EQ(cached_token("llama-4-scout", DType::f16), 196608);
}

// 32 layers x 2 x 8 heads, 128 elements each; 61 layers with a latent of 512 and a key of 64.
TEST(Models, EachVectorOfACacheOfIntegersHasAScale) {
  EXPECT_EQ(cached_token("llama-3-8b", DType::fp8), 65536);
  EXPECT_EQ(cached_token("llama-3-8b", DType::i8), 512 * (128 + 4));
  EXPECT_EQ(cached_token("llama-3-8b", DType::i4), 512 * (64 + 4));
  EXPECT_EQ(cached_token("llama-3-8b", DType::i2), 512 * (32 + 4));
  EXPECT_EQ(cached_token("deepseek-v3", DType::i4), 61 * (256 + 4 + 32 + 4));
}

}  // namespace
}  // namespace roofmark
