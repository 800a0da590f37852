#include "analyzer/models.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace roofmark {
namespace {

TEST(Models, TheBuiltInOnesSayWhereTheyAreFrom) {
  const std::vector<Model> models = builtin_models();
  ASSERT_EQ(models.size(), 3u);
  EXPECT_EQ(models[0].name, "llama-2-7b");
  EXPECT_EQ(models[1].name, "llama-3-8b");
  EXPECT_EQ(models[2].name, "llama-3.2-1b");
  for (const Model& model : models)
    EXPECT_NE(model.source.find("huggingface.co"), std::string::npos);
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
  EXPECT_EQ(parameters(find_model("llama-2-7b")), 6738415616);
  EXPECT_EQ(parameters(find_model("llama-3-8b")), 8030261248);
  EXPECT_EQ(parameters(find_model("llama-3.2-1b")), 1235814400);  // head tied to the embedding
}

TEST(Models, CacheElementsPerTokenFollowTheKeyValueHeads) {
  EXPECT_EQ(2 * kv_elements_per_token(find_model("llama-2-7b")), 524288);
  EXPECT_EQ(2 * kv_elements_per_token(find_model("llama-3-8b")), 131072);
  EXPECT_EQ(2 * kv_elements_per_token(find_model("llama-3.2-1b")), 32768);
}

}  // namespace
}  // namespace roofmark
