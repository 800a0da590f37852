#include "analyzer/weight_formats.h"

#include <gtest/gtest.h>

#include "analyzer/storage.h"
#include "tests/exact_work.h"
#include "tests/model_configs.h"

namespace roofmark {
namespace {

Workload as_published(const Model& model) {
  return {model, Phase::decode, {{100, 1}}, published_format(model), published_cache(model)};
}

TEST(WeightFormats, AQuantizedCheckpointIsCountedAsItIsPublished) {
  const Workload asked = as_published(published_model("gpt-oss-20b"));
  EXPECT_EQ(asked.format.name(), "w4a16");
  EXPECT_EQ(asked.kv, DType::bf16);
  const WeightFormats formats(asked);
  EXPECT_EQ(formats.of(Part::experts).weights, DType::i4);
  EXPECT_EQ(formats.of(Part::attention).weights, DType::bf16);
  EXPECT_EQ(formats.of(Part::head).weights, DType::bf16);
  // Half a byte and a 32nd per weight of the experts, two bytes for all else.
  const double experts = 24.0 * 32 * 3 * 2880 * 2880;
  EXPECT_EQ(storage(asked).experts.value, experts * (0.5 + 1 / 32.0));
  EXPECT_EQ(storage(asked).weights.value,
            experts * (0.5 + 1 / 32.0) + 2 * (20914757184.0 - experts));
}

TEST(WeightFormats, Fp8IsOfTheProductsAndTheRestIsAsWideAsTheModel) {
  const Workload asked = as_published(published_model("DeepSeek-V3"));
  EXPECT_EQ(asked.format.name(), "fp8-f32");
  EXPECT_EQ(asked.kv, DType::bf16);
  for (const Operator& op : operators(asked)) {
    const bool wide = op.name == "embedding" || op.name == "lm_head" || op.name == "router" ||
                      op.kernel == "norm" || op.kernel == "add" || op.name == "attention";
    const DType expected = wide ? DType::bf16 : op.format.activations;
    EXPECT_EQ(op.format.activations, expected) << op.name;
    EXPECT_EQ(op.kernel == "expert_gemm" ? op.format.weights : DType::fp8, DType::fp8) << op.name;
  }
  EXPECT_EQ(storage(asked).kv_cache.value, 101 * 70272);
}

// What products write is what norms and sums read: as wide, and so it is sent and kept.
TEST(WeightFormats, ProductsThatNarrowTheirInputsReadAndWriteWhatStandsBetweenThem) {
  for (const DType weights : {DType::fp8, DType::i4}) {
    Workload asked = as_published(published_model("DeepSeek-V3"));
    asked.format.weights = weights;  // of the same checkpoint, with narrower weights
    asked.queries = {{0, 10}};
    asked.phase = Phase::prefill;
    for (const Operator& op : operators(asked)) {
      const Work work = exact_work(op);
      if (op.name == "q_a_proj") {
        EXPECT_EQ(op.format.weights, weights);
        EXPECT_EQ(op.format.activations, DType::fp8);
        EXPECT_EQ(work.input().value, 2 * 10 * 7168);
        EXPECT_EQ(work.output().value, 2 * 10 * 1536);
        EXPECT_EQ(measured(op).shape.get("activation_bits", 0), 0);
      }
      if (op.name == "expert_down_proj") {
        EXPECT_EQ(work.output().value, 2 * 10 * 8 * 7168);
      }
      if (op.name == "q_a_norm") {
        EXPECT_EQ(work.input().value, 2 * 10 * 1536);
      }
      if (op.name == "lm_head" || op.name == "router") {
        EXPECT_EQ(op.format.weights, DType::bf16) << op.name;
      }
    }
  }
  Workload decoded = as_published(published_model("DeepSeek-V3"));
  for (const Operator& op : operators(decoded)) {
    if (op.name != "q_absorb") continue;
    EXPECT_EQ(exact_work(op).output().value, 2 * 128 * 512);
  }
  decoded.format = {DType::i8, DType::i8, DType::i32};  // another format: all of it in 8 bits
  for (const Operator& op : operators(decoded)) {
    if (op.name != "q_a_proj") continue;
    EXPECT_EQ(exact_work(op).output().value, 1536);
  }
}

TEST(WeightFormats, WeightsOfTwoBitsAndOneHaveScalesAsThoseOfFour) {
  Workload asked = as_published(published_model("Llama-2-7b-hf"));
  for (const DType weights : {DType::i4, DType::i2, DType::i1}) {
    asked.format.weights = weights;
    for (const Operator& op : operators(asked)) {
      if (op.name != "q_proj") continue;
      EXPECT_EQ(exact_work(op).weights.value, 4096.0 * 4096 * (bytes(weights) + 2 / 128.0));
    }
  }
}

TEST(WeightFormats, AskedForAnotherFormatTheCheckpointDoesNotMatter) {
  Workload asked = as_published(published_model("gpt-oss-20b"));
  asked.format = {DType::bf16, DType::bf16, DType::f32};
  EXPECT_EQ(storage(asked).weights.value, 2 * 20914757184.0);
}

TEST(WeightFormats, AskedForNarrowWeightsEmbeddingAndHeadStayAsWideAsActivations) {
  Workload asked = as_published(published_model("Llama-2-7b-hf"));
  asked.format = {DType::i4, DType::bf16, DType::f32};
  for (const Operator& op : operators(asked)) {
    const bool outside = op.name == "embedding" || op.name == "lm_head";
    const bool of_layer = op.name == "q_proj";
    if (!outside && !of_layer) continue;
    const Format expected = outside ? Format{DType::bf16, DType::bf16, DType::f32} : asked.format;
    EXPECT_EQ(op.format, expected) << op.name;
  }
  asked.model.quantization.head = true;
  for (const Operator& op : operators(asked)) {
    if (op.name != "lm_head" && op.name != "embedding") continue;
    EXPECT_EQ(op.format.weights, op.name == "lm_head" ? DType::i4 : DType::bf16) << op.name;
  }
}

TEST(WeightFormats, ScalesOfAGptqCheckpointAreStoredAndRead) {
  Model model = published_model("Llama-2-7b-hf");
  model.quantization = {.weights = DType::i4, .group = 128, .zero_bits = 4};
  const Workload asked = as_published(model);
  const double layers = 6476005376;  // of the products; 262144 elements of norms beside them
  const double rest = 2.0 * 131072000 + 65 * 4096;
  const double bytes = layers * (0.5 + 20 / 8.0 / 128) + 2 * rest;
  EXPECT_EQ(storage(asked).weights.value, bytes);
  const double unread = 2.0 * (131072000 - 4096);  // of the embedding but one row
  EXPECT_EQ(exact_total(asked).weights.value, bytes - unread);
}

}  // namespace
}  // namespace roofmark
