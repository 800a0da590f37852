// Published models of every family (tests/data/more_models.json): their parameters, counted by
// transformers 5.23 from the same configuration (the numel of each of its class's parameters once,
// on torch's meta device; of ChatGLM, which it has no class of, those of the checkpoint), and the
// same configuration as transformers 5 saves it (`saved`).
#include <gtest/gtest.h>

#include "core/weights.h"
#include "tests/model_configs.h"

namespace roofmark {
namespace {

const std::vector<PublishedModel>& more_models() {
  static const std::vector<PublishedModel> models = published_models("/more_models.json");
  return models;
}

Model model_called(const std::string& name) {
  for (const PublishedModel& one : more_models()) {
    if (one.model.name == name) return one.model;
  }
  throw std::runtime_error("no model " + name);
}

TEST(PublishedModels, HaveExactlyTheParametersOfTheirClasses) {
  for (const PublishedModel& one : more_models()) {
    EXPECT_EQ(parameters(one.model), one.json.at("parameters").integer(1, std::int64_t{1} << 53))
        << one.model.name;
  }
  EXPECT_GE(more_models().size(), 60u);
}

TEST(PublishedModels, AreTheSameAsTransformers5SavesThem) {
  int saved = 0;
  for (const PublishedModel& one : more_models()) {
    const auto newer = one.json.find("saved");
    if (!newer) continue;
    ++saved;
    EXPECT_EQ(model_from_json(*newer, one.model.name), one.model) << one.model.name;
  }
  EXPECT_GE(saved, 12);
}

// A Qwen2-57B-A14B by hand: what its experts, its shared expert with a gate, its biases of queries,
// keys and values, and its norms are.
TEST(PublishedModels, Qwen2MoeIsTheSumOfItsParts) {
  const std::int64_t h = 3584, layers = 28, vocabulary = 151936, kv = 4 * 128;
  const std::int64_t attention = 2 * h * h + 2 * h * kv + (h + 2 * kv);
  const std::int64_t routed = 64 * 3 * h * 2560 + 64 * h;
  const std::int64_t shared = 3 * h * 20480 + h;
  EXPECT_EQ(layers * (attention + routed + shared + 2 * h) + 2 * vocabulary * h + h, 57408658944);
  EXPECT_EQ(parameters(model_called("Qwen2-57B-A14B")), 57408658944);
}

TEST(PublishedModels, SayForHowManyTokensTheyAreMade) {
  EXPECT_EQ(model_called("Llama-3.2-3B").context, 131072);  // 8192 x 32 is less than it says
  EXPECT_FALSE(model_called("Llama-3.2-3B").stretched);
  EXPECT_EQ(model_called("DeepSeek-V2").context, 163840);               // 40 x 4096
  EXPECT_EQ(model_called("Phi-3-mini-128k-instruct").context, 131072);  // without a factor
  EXPECT_EQ(model_called("opt-1.3b").context, 2048);
  EXPECT_EQ(model_called("opt-1.3b").positions, 2050);  // rows: two before the first position
  EXPECT_EQ(model_called("gpt2-xl").context, 1024);
  EXPECT_EQ(model_called("glm-4-9b-chat").context, 131072);
  EXPECT_EQ(model_called("gemma-3-27b-it").context, 131072);  // of its class
  EXPECT_FALSE(model_called("gemma-3-27b-it").stretched);
  const Model linear = model_called("deepseek-coder-33b-base");  // a factor, and not of what
  EXPECT_EQ(linear.context, 16384);
  EXPECT_TRUE(linear.stretched);
}

}  // namespace
}  // namespace roofmark
