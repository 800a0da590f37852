// Chunked prefill, decode of several tokens, generations and tensor parallelism in exact
// accounting.
#include "analyzer/passes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "analyzer/generation.h"
#include "analyzer/layers.h"
#include "analyzer/models.h"
#include "analyzer/operators.h"
#include "analyzer/tensor_parallel.h"
#include "app/work_model.h"
#include "core/error.h"
#include "tests/analyzer/made_up_device.h"
#include "tests/model_configs.h"

namespace roofmark {
namespace {

Roofline device() {
  Roofline roofline = made_up_device();
  roofline.memory = Bytes{80e9};
  roofline.link = Bandwidth{100e9};
  return roofline;
}

Workload workload(const Model& model, Phase phase, std::vector<Query> queries,
                  Attention attention = Attention::flash) {
  return {model, phase, std::move(queries), half, DType::f16, attention};
}

Workload prefill(std::int64_t tokens) {
  return workload(find_model("llama-3-8b"), Phase::prefill, {{0, tokens}});
}

PassCost cost(const Workload& asked, const Setting& setting = {}) {
  const Roofline roofline = device();
  return Costing(roofline).add_all(count_all(asked, setting, registry_work_model()));
}

const Layer& layer_called(const Analysis& analysis, const std::string& op) {
  for (const Layer& layer : analysis.layers) {
    if (layer.op == op) return layer;
  }
  throw std::out_of_range(op);
}

Analysis analysis_of(const Workload& asked, const Setting& setting = {}) {
  return analyze_model(std::span(&asked, 1), setting, registry_work_model(), device());
}

TEST(Passes, PiecesOfAPrefillSeeWhatCameBeforeAndOnlyTheLastNeedsTheHead) {
  const std::vector<Pass> passes = passes_of(prefill(1000), 400);
  ASSERT_EQ(passes.size(), 3u);
  EXPECT_EQ(passes[0].workload.queries, (std::vector<Query>{{0, 400}}));
  EXPECT_EQ(passes[1].workload.queries, (std::vector<Query>{{400, 400}}));
  EXPECT_EQ(passes[2].workload.queries, (std::vector<Query>{{800, 200}}));
  const auto has_head = [](const Pass& pass) {
    const auto all = count(pass, {}, registry_work_model());
    return std::any_of(all.begin(), all.end(), [](const auto& op) { return op.name == "lm_head"; });
  };
  EXPECT_FALSE(has_head(passes[0]));
  EXPECT_TRUE(has_head(passes[2]));
}

TEST(Passes, QueriesThatEndEarlierLeaveTheRestToTheOthers) {
  const std::vector<Pass> passes =
      passes_of(workload(find_model("llama-3-8b"), Phase::prefill, {{0, 100}, {50, 300}}), 128);
  ASSERT_EQ(passes.size(), 3u);
  EXPECT_EQ(passes[0].workload.queries, (std::vector<Query>{{0, 100}, {50, 128}}));
  EXPECT_EQ(passes[0].ending, (std::vector<Query>{{0, 100}}));
  EXPECT_EQ(passes[2].workload.queries, (std::vector<Query>{{306, 44}}));
  for (const CountedOperator& op : count(passes[0], {}, registry_work_model())) {
    if (op.name == "lm_head") {
      EXPECT_EQ(op.work.ops.value, 2.0 * 4096 * 128256);  // of one query
    }
  }
}

TEST(Passes, PiecesComputeWhatTheWholeDoesAndReadTheWeightsOnceEach) {
  for (const std::int64_t chunk : {1, 7, 256, 511, 512, 1000}) {
    const PassCost whole = cost(prefill(512)), pieces = cost(prefill(512), {.chunk = chunk});
    EXPECT_EQ(pieces.work.ops, whole.work.ops) << chunk;
    EXPECT_EQ(pieces.work.kv_written, whole.work.kv_written);
    EXPECT_GE(pieces.work.weights, whole.work.weights);
    EXPECT_GE(*pieces.seconds, *whole.seconds);
  }
}

TEST(Passes, LayersOfPiecesAreTheMeanOfTheirCallsAndTotalsTheirSum) {
  const Analysis analysis = analysis_of(prefill(1024), {.chunk = 256});
  const Layer& attention = layer_called(analysis, "attention");
  EXPECT_EQ(attention.count, 4 * 32);
  const Layer whole = layer_called(analysis_of(prefill(1024)), "attention");
  EXPECT_DOUBLE_EQ(attention.work.ops.value * 4, whole.work.ops.value);
  EXPECT_EQ(layer_called(analysis, "lm_head").count, 1);
  const PassCost sum = cost(prefill(1024), {.chunk = 256});
  EXPECT_DOUBLE_EQ(analysis.totals[0].work.ops.value, sum.work.ops.value);
  EXPECT_DOUBLE_EQ(analysis.totals[0].seconds->value, sum.seconds->value);
  EXPECT_NE(analysis.title.find("in pieces of 256"), std::string::npos);
}

// The first pieces of a prompt attend to little and wait for the memory.
TEST(Passes, PiecesThatAreBoundDifferentlySaySo) {
  const Setting setting{.chunk = 64};
  const Layer mixed = layer_called(analysis_of(prefill(4096), setting), "attention");
  std::map<std::string, double> seconds;
  for (const Pass& pass : passes_of(prefill(4096), setting.chunk)) {
    const Layer one = layer_called(analysis_of(pass.workload), "attention");
    seconds[one.bound] += one.seconds->value;
  }
  ASSERT_EQ(seconds.size(), 2u);
  const double all = seconds["memory"] + seconds["compute"];
  ASSERT_TRUE(mixed.bound_share);
  EXPECT_DOUBLE_EQ(*mixed.bound_share, seconds[mixed.bound] / all);
  EXPECT_GE(*mixed.bound_share, 0.5);
  EXPECT_FALSE(layer_called(analysis_of(prefill(4096)), "attention").bound_share);
}

TEST(Passes, PiecesNeedTheMemoryOfTheLargestOneAndTheWholeCache) {
  const Storage whole = storage_of(prefill(4096), {}),
                pieces = storage_of(prefill(4096), {.chunk = 64});
  EXPECT_EQ(pieces.kv_cache, whole.kv_cache);
  EXPECT_EQ(pieces.weights, whole.weights);
  const Storage piece =
      storage_of(workload(find_model("llama-3-8b"), Phase::prefill, {{0, 64}}), {});
  EXPECT_EQ(pieces.peak - pieces.weights - pieces.kv_cache,
            piece.peak - piece.weights - piece.kv_cache);
  EXPECT_LT(pieces.peak, whole.peak);
}

TEST(Passes, MoreThanCanBeListedAreRefused) {
  EXPECT_THROW(passes_of(prefill(1 << 20), 1), InputError);
  EXPECT_EQ(passes_of(prefill(1 << 20), 512).size(), 2048u);
}

TEST(Passes, ADecodeOfSeveralTokensChecksEachOfThem) {
  const Model model = find_model("llama-3-8b");
  const auto head = [&](std::int64_t fresh) {
    return layer_called(analysis_of(workload(model, Phase::decode, {{2048, fresh}})), "lm_head")
        .work.ops.value;
  };
  EXPECT_EQ(head(4), 4 * head(1));
  // Pairs: each token sees the cache, those before it and itself.
  const PassCost four = cost(workload(model, Phase::decode, {{2048, 4}}));
  PassCost one_by_one;
  for (std::int64_t i = 0; i < 4; ++i) {
    one_by_one.work += cost(workload(model, Phase::decode, {{2048 + i, 1}})).work;
  }
  EXPECT_EQ(four.work.ops, one_by_one.work.ops);
  const Analysis analysis = analysis_of(workload(model, Phase::decode, {{2048, 4}}));
  EXPECT_DOUBLE_EQ(analysis.totals[0].latency->value * 4, analysis.totals[0].seconds->value);
}

TEST(Passes, QueriesOfTheirOwnLengthsAddUp) {
  const Model model = find_model("llama-3-8b");
  const PassCost both = cost(workload(model, Phase::decode, {{1048576, 1}, {1024, 1}}));
  const PassCost one = cost(workload(model, Phase::decode, {{1048576, 1}}));
  const PassCost other = cost(workload(model, Phase::decode, {{1024, 1}}));
  EXPECT_EQ(both.work.ops, one.work.ops + other.work.ops);
  EXPECT_EQ(both.work.kv_read, one.work.kv_read + other.work.kv_read);
  EXPECT_LT(both.work.weights, one.work.weights + other.work.weights);
}

TEST(Generation, IsThePromptAndEveryStepAfterItWithItsOwnCache) {
  const Generation sum =
      generation_of(prefill(100), {.generate = 5}, registry_work_model(), device());
  PassCost all = cost(prefill(100));
  const Seconds first = *all.seconds;
  for (std::int64_t cached = 100; cached < 104; ++cached) {
    const PassCost step = cost(workload(find_model("llama-3-8b"), Phase::decode, {{cached, 1}}));
    all.work += step.work;
    *all.seconds += *step.seconds;
  }
  EXPECT_EQ(sum.work, all.work);
  EXPECT_DOUBLE_EQ(sum.seconds->value, all.seconds->value);
  EXPECT_EQ(*sum.first_token, first);
  // (total - to the first) / (tokens - 1), not total / tokens.
  EXPECT_DOUBLE_EQ(sum.per_output_token->value, (all.seconds->value - first.value) / 4);
  EXPECT_DOUBLE_EQ(*sum.tokens_per_second, 5 / all.seconds->value);
  EXPECT_EQ(sum.storage.kv_cache.value, 131072.0 * 104);  // the last token is not cached
}

TEST(Generation, APromptAndAStepComputeWhatALongerPromptDoesButForTheHead) {
  const Generation sum =
      generation_of(prefill(100), {.generate = 2}, registry_work_model(), device());
  const double head = 2.0 * 4096 * 128256;
  EXPECT_EQ(sum.work.ops.value - head, cost(prefill(101)).work.ops.value);
}

// Scout's chunks are of 8192 tokens: the step that fills one has most in its cache.
TEST(Generation, NeedsTheMemoryOfTheStepThatEndsAChunk) {
  const Workload asked =
      workload(find_model("llama-4-scout"), Phase::prefill, {{0, 8190}, {0, 8100}});
  const Generation sum = generation_of(asked, {.generate = 10}, registry_work_model(), device());
  const auto at_step = [&](std::int64_t made) {
    return storage_of(workload(asked.model, Phase::decode, {{8190 + made, 1}, {8100 + made, 1}}),
                      {});
  };
  EXPECT_EQ(sum.storage.kv_cache, at_step(1).kv_cache);
  EXPECT_GT(at_step(1).kv_cache, at_step(8).kv_cache);
}

TEST(Generation, OfOneTokenHasNoTimePerOutputToken) {
  const Generation sum =
      generation_of(prefill(100), {.generate = 1}, registry_work_model(), device());
  EXPECT_EQ(sum.seconds, sum.first_token);
  EXPECT_FALSE(sum.per_output_token);
}

TEST(TensorParallel, DividesProductsAndHeadsAndSendsTwoAllReducesPerLayer) {
  const Workload asked = prefill(512);
  const Analysis one = analysis_of(asked), eight = analysis_of(asked, {.devices = 8});
  for (const char* op : {"q_proj", "k_proj", "out_proj", "gate_proj", "down_proj", "attention"}) {
    EXPECT_EQ(layer_called(eight, op).work.ops.value * 8, layer_called(one, op).work.ops.value)
        << op;
  }
  EXPECT_EQ(layer_called(eight, "attn_norm").work, layer_called(one, "attn_norm").work);
  for (const char* op : {"attn_all_reduce", "mlp_all_reduce"}) {
    const Layer& sent = layer_called(eight, op);
    EXPECT_EQ(sent.count, 32);
    EXPECT_EQ(sent.link.value, 2 * 7.0 / 8 * 512 * 4096 * 2);
    EXPECT_EQ(sent.bound, "link");
    EXPECT_DOUBLE_EQ(sent.seconds->value, sent.link.value / 100e9);
  }
  EXPECT_LT(eight.storage->weights.value, one.storage->weights.value / 7.9);
  EXPECT_EQ(eight.storage->kv_cache.value * 8, one.storage->kv_cache.value);
}

// The other devices hold the rows of the other tokens; what they gather is added up, so all of it
// is written.
TEST(TensorParallel, ADeviceReadsThoseRowsOfTheEmbeddingThatItIsExpectedToHold) {
  for (const std::int64_t tokens : {1, 512}) {
    const auto work = [&](std::int64_t devices) {
      return layer_called(analysis_of(prefill(tokens), {.devices = devices}), "embedding").work;
    };
    EXPECT_EQ(work(8).read.value, work(1).read.value / 8);
    EXPECT_EQ(work(8).weights.value, work(1).weights.value / 8);
    EXPECT_EQ(work(8).written, work(1).written);
  }
}

// Each device's 8 bits would have scales of their own.
TEST(TensorParallel, SumsOf8BitActivationsAreSentIn16) {
  Workload asked = prefill(512), published = asked;
  asked.format = {DType::i8, DType::i8, DType::i32};
  published.model.quantization.weights = published.model.quantization.activations = DType::fp8;
  published.format = {DType::fp8, DType::fp8, DType::f32};
  for (const Workload& one : {asked, published}) {
    for (const char* op : {"embedding_all_reduce", "attn_all_reduce", "mlp_all_reduce"}) {
      const Analysis eight = analysis_of(one, {.devices = 8});
      EXPECT_EQ(layer_called(eight, op).link.value, 2 * 7.0 / 8 * 512 * 4096 * 2) << op;
    }
  }
}

TEST(TensorParallel, KeysAndValuesAreCopiedWhereThereAreFewerHeadsThanDevices) {
  const Workload asked = workload(find_model("llama-3-8b"), Phase::decode, {{2048, 1}});
  const Workload shard = shard_of(asked, 32);
  EXPECT_EQ(shard.model.heads, 1);
  EXPECT_EQ(shard.model.kv_heads, 1);
  EXPECT_EQ(layer_called(analysis_of(asked, {.devices = 32}), "k_proj").work.ops,
            layer_called(analysis_of(asked, {.devices = 8}), "k_proj").work.ops);
}

TEST(TensorParallel, TheLatentVectorIsWholeOnEveryDevice) {
  const Workload asked = workload(published_model("DeepSeek-V3"), Phase::decode, {{2048, 1}});
  EXPECT_EQ(storage(asked, Accounting::exact, 8).kv_cache,
            storage(asked, Accounting::exact).kv_cache);
}

TEST(TensorParallel, WhatDoesNotDivideIsRefusedWithTheReason) {
  const auto refusal = [](const Model& model, std::int64_t devices) -> std::string {
    try {
      shard_of(workload(model, Phase::decode, {{0, 1}}), devices);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(refusal(find_model("llama-3-8b"), 3).find("does not divide the 8 key/value heads"),
            std::string::npos);
  EXPECT_NE(refusal(find_model("llama-3-8b"), 12).find("no multiple of the 8"), std::string::npos);
  EXPECT_NE(refusal(find_model("llama-3-8b"), 64).find("does not divide the 32 heads"),
            std::string::npos);
  Model narrow = find_model("llama-3-8b");
  narrow.intermediate = 14337;
  EXPECT_NE(refusal(narrow, 8).find("14337 columns of the MLP"), std::string::npos);
}

TEST(TensorParallel, WithoutALinkTheTimeIsNotKnownAndSaysWhy) {
  Roofline alone = device();
  alone.link.reset();
  const Workload asked = prefill(128);
  const Analysis analysis =
      analyze_model(std::span(&asked, 1), Setting{.devices = 2}, registry_work_model(), alone);
  EXPECT_FALSE(analysis.totals[0].seconds);
  const Layer sent = layer_called(analysis, "attn_all_reduce");
  EXPECT_NE(sent.reason.find("--link"), std::string::npos);
  EXPECT_FALSE(sent.at_least);
}

// 128 tokens in one pass and in two: what the link takes is the least's only difference.
TEST(TensorParallel, WithoutALinkTheTimeIsAtLeastThatOfEverythingElse) {
  Roofline alone = device();
  alone.link.reset();
  const Workload asked = prefill(128);
  for (const std::int64_t chunk : {0, 64}) {
    const Setting setting{.devices = 2, .chunk = chunk};
    const Analysis with =
        analyze_model(std::span(&asked, 1), setting, registry_work_model(), device());
    const Analysis without =
        analyze_model(std::span(&asked, 1), setting, registry_work_model(), alone);
    const Total& all = with.totals[0];
    const double sending = (all.link / *device().link).value;
    EXPECT_GT(sending, 0);
    ASSERT_TRUE(without.totals[0].at_least);
    EXPECT_DOUBLE_EQ(without.totals[0].at_least->value, all.seconds->value - sending);
    EXPECT_FALSE(all.at_least);
    EXPECT_EQ(without.totals[0].latency_at_least, without.totals[0].at_least);
    EXPECT_FALSE(all.latency_at_least);
    Costing costing(alone);
    const PassCost cost = costing.add_all(count_all(asked, setting, registry_work_model()));
    EXPECT_FALSE(cost.seconds);
    EXPECT_DOUBLE_EQ(cost.at_least->value, without.totals[0].at_least->value);
  }
}

TEST(TensorParallel, WithoutALinkAGenerationTakesAtLeastWhatEverythingElseDoes) {
  Roofline alone = device();
  alone.link.reset();
  const Setting setting{.devices = 2, .generate = 3};
  const auto of = [&](const Roofline& roofline) {
    return generation_of(prefill(128), setting, registry_work_model(), roofline);
  };
  const Generation with = of(device()), without = of(alone);
  EXPECT_FALSE(without.first_token || without.seconds || without.per_output_token);
  ASSERT_TRUE(without.first_token_at_least && without.at_least);
  EXPECT_DOUBLE_EQ(without.at_least->value,
                   with.seconds->value - (with.link / *device().link).value);
  EXPECT_LT(*without.first_token_at_least, *with.first_token);
  EXPECT_DOUBLE_EQ(without.per_output_token_at_least->value,
                   (*without.at_least - *without.first_token_at_least).value / 2);
  EXPECT_FALSE(with.first_token_at_least || with.at_least || with.per_output_token_at_least);
}

TEST(Totals, SharesOfAPhaseAddUpToOne) {
  for (const Attention attention : {Attention::flash, Attention::eager}) {
    const Analysis analysis =
        analysis_of(workload(find_model("llama-3-8b"), Phase::prefill, {{0, 512}}, attention));
    double sum = 0;
    for (const Layer& layer : analysis.layers) sum += layer.share.value();
    EXPECT_NEAR(sum, 1, 1e-12);
  }
}

}  // namespace
}  // namespace roofmark
