#include "analyzer/counting_notes.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "analyzer/models.h"
#include "analyzer/operators.h"
#include "analyzer/weight_formats.h"
#include "tests/model_configs.h"

namespace roofmark {
namespace {

std::string notes_of(const char* model, Phase phase, Query query, std::int64_t batch = 1) {
  std::string all;
  const std::vector<Query> queries(static_cast<std::size_t>(batch), query);
  for (const std::string& note : counting_notes({find_model(model), phase, queries})) {
    all += note + "\n";
  }
  return all;
}

TEST(CountingNotes, ALlamaNeedsNone) {
  EXPECT_EQ(notes_of("llama-3-8b", Phase::decode, {8191, 1}), "");
}

TEST(CountingNotes, SoftCapsAreNotCountedAndSaid) {
  const std::string flash = notes_of("gemma-2-9b", Phase::decode, {100, 1});
  EXPECT_EQ(flash,
            "soft caps of scores and logits (attn_logit_softcapping, final_logit_softcapping), "
            "three operations each, are not counted: 0.29 % of attention's operations and 0.04 % "
            "of the head's\n");
  Workload eager{find_model("gemma-2-9b"), Phase::decode, {{100, 1}}};
  eager.attention = Attention::eager;
  EXPECT_NE(counting_notes(eager)[0].find("; eager, a pass more over the scores in memory"),
            std::string::npos);
  EXPECT_EQ(notes_of("gemma-3-4b", Phase::decode, {100, 1}), "");  // it has none
}

TEST(CountingNotes, SeveralTokensInAStepAreTheBestCaseOfSpeculation) {
  EXPECT_EQ(notes_of("llama-3-8b", Phase::decode, {4096, 4})
                .find("decode: the time per output token and tokens/s are of all 4 tokens"),
            0u);
  EXPECT_EQ(notes_of("llama-3-8b", Phase::prefill, {0, 4}), "");
}

TEST(CountingNotes, ProductsThatNarrowTheirInputsAreSaid) {
  const Model model = find_model("deepseek-v3");
  Workload asked{model, Phase::decode, {{8191, 1}}, published_format(model)};
  const std::vector<std::string> notes = counting_notes(asked);
  const auto said = [](const std::string& note) {
    return note.find("products of fp8-f32 narrow their inputs themselves") == 0;
  };
  EXPECT_EQ(std::count_if(notes.begin(), notes.end(), said), 1);
}

TEST(CountingNotes, ActivationsOf8BitsAreCountedSoAndMeasuredIn16) {
  Workload asked{find_model("llama-3-8b"), Phase::decode, {{8191, 1}}};
  asked.format = {DType::i4, DType::i8, DType::i32};
  EXPECT_EQ(counting_notes(asked).back(),
            "activations of w4a8 are counted in 8 bits from one end of the network to the other; "
            "a run measures what stands between products in bf16-f32");
  asked.format = {DType::i8, DType::i8, DType::i32};
  EXPECT_EQ(counting_notes(asked).size(), 2u);
  EXPECT_EQ(counting_notes(asked)[0].find("embedding and head are counted in 8 bits"), 0u);
}

TEST(CountingNotes, AHeadWiderThanTheLayersIsSaid) {
  Workload asked{find_model("llama-3-8b"), Phase::decode, {{8191, 1}}};
  asked.format = {DType::i4, DType::bf16, DType::f32};
  EXPECT_EQ(counting_notes(asked),
            std::vector<std::string>{
                "of w4a16 the layers alone have weights of 4 bits: embedding and head are bf16, as "
                "GPTQ and AWQ leave them; --quantize-head counts the head as the layers"});
  asked.model.quantization.head = true;
  EXPECT_TRUE(counting_notes(asked).empty());
  asked.model.quantization = {.weights = DType::i4};
  EXPECT_EQ(counting_notes(asked),
            std::vector<std::string>{"embedding and head are bf16, as published"});
}

TEST(CountingNotes, AnotherTypeThanTheModelsOwnIsSaid) {
  Workload asked{find_model("llama-3-8b"), Phase::decode, {{8191, 1}}};
  asked.model.quantization.head = true;
  asked.format = {DType::i4, DType::f16, DType::f32};
  asked.kv = DType::f16;
  const char* note =
      "w4a16 has activations and cache in f16 where the model has bf16: as wide, and counted alike";
  EXPECT_EQ(counting_notes(asked), std::vector<std::string>{note});
  asked.format.weights = DType::f16;  // which was asked for by name
  EXPECT_TRUE(counting_notes(asked).empty());
}

TEST(CountingNotes, EagerScoresSayThatMaskedOnesAreAmongThem) {
  Workload asked{find_model("llama-3-8b"), Phase::prefill, {{0, 128}}};
  asked.attention = Attention::eager;
  ASSERT_EQ(counting_notes(asked).size(), 1u);
  EXPECT_NE(counting_notes(asked)[0].find("masked ones too"), std::string::npos);
  asked.queries = {{128, 1}};  // one token sees every key
  EXPECT_TRUE(counting_notes(asked).empty());
}

TEST(CountingNotes, LocalLayersSayWhatIsSeen) {
  EXPECT_EQ(notes_of("gemma-2-9b", Phase::decode, {4095, 1}).find("window"),
            std::string::npos);  // it cuts nothing off
  EXPECT_EQ(
      notes_of("gemma-2-9b", Phase::decode, {8000, 1})
          .find(
              "21 of 42 layers attend within a window of 4096 tokens: the last of 8001 sees 4096, "
              "and the cache keeps no more\n"),
      0u);
}

TEST(CountingNotes, ScoutSaysWhyItsFiguresAreNotTheArticles) {
  EXPECT_EQ(
      notes_of("llama-4-scout", Phase::decode, {1048576, 1}),
      "36 of 48 layers attend within chunks of 8192 tokens: the last of 1048577 sees 1, itself, "
      "and the cache keeps no more; at the end of a chunk both are 8192\n"
      "decode: each token goes to 1 of 16 experts; of 1 tokens 1.0 distinct ones are expected "
      "and read, all are stored\n"
      "Transformer Roofline Analyzer's figures differ: it counts the values of attention as "
      "wide as the key/value heads, every layer's attention over the whole context, a router "
      "in every layer, the experts of one token for all, and no head\n");
}

TEST(CountingNotes, ExpertsAreThoseExpected) {
  EXPECT_NE(notes_of("mixtral-8x7b", Phase::decode, {10, 1}, 4).find(" 5.5 distinct"),
            std::string::npos);
}

TEST(CountingNotes, PositionsThatAModelDoesNotHaveAreSaid) {
  EXPECT_EQ(notes_of("gpt2", Phase::prefill, {0, 1024}), "");
  EXPECT_EQ(notes_of("gpt2", Phase::decode, {1024, 1}),
            "decode goes to 1025 tokens: gpt2 has learned positions for 1024 tokens only; figures "
            "beyond them are of no network\n");
  // OPT's table has 2050 rows: those of 2048 positions and two before them.
  Workload asked{published_model("opt-125m"), Phase::decode, {{2047, 1}}};
  EXPECT_TRUE(counting_notes(asked).empty());
  asked.queries = {{5, 1}, {2048, 1}};
  ASSERT_EQ(counting_notes(asked).size(), 1u);
  EXPECT_NE(counting_notes(asked)[0].find("to 2049 tokens"), std::string::npos);
  EXPECT_NE(counting_notes(asked)[0].find("positions for 2048 tokens"), std::string::npos);
}

TEST(CountingNotes, AContextThatAModelIsNotMadeForIsSaidAndCounted) {
  EXPECT_EQ(notes_of("llama-3-8b", Phase::prefill, {0, 8192}), "");
  EXPECT_EQ(notes_of("llama-3-8b", Phase::prefill, {0, 8193}),
            "prefill goes to 8193 tokens: llama-3-8b is made for 8192 tokens "
            "(max_position_embeddings)\n");
  Model model = find_model("llama-3-8b");
  model.stretched = true;
  EXPECT_EQ(context_note(model, "the generation", 9000),
            "the generation goes to 9000 tokens: llama-3-8b is made for 8192 tokens "
            "(max_position_embeddings); its rope scaling may carry it further");
  model.context = 0;  // its configuration does not say
  EXPECT_EQ(context_note(model, "decode", 1 << 30), "");
}

TEST(CountingNotes, LatentsSayInWhichFormTheyAreCounted) {
  const Workload asked{find_model("deepseek-v2-lite"), Phase::decode, {{100, 1}}};
  EXPECT_EQ(counting_notes(asked).back(),
            "decode: heads attend to the latents themselves (absorbed): 1536 more operations per "
            "layer, head and token seen than with expanded keys and values; the cache holds 576 "
            "elements per token and layer for all heads");
}

}  // namespace
}  // namespace roofmark
