// What must hold of the operators of every architecture.
#include <gtest/gtest.h>

#include <algorithm>

#include "analyzer/models.h"
#include "analyzer/network.h"
#include "analyzer/storage.h"
#include "tests/exact_work.h"
#include "tests/model_configs.h"

namespace roofmark {
namespace {

constexpr Format half{DType::f16, DType::f16, DType::f32};

const std::vector<PublishedModel>& every_model() {
  static const std::vector<PublishedModel> models = published_models();
  return models;
}

Workload workload(const Model& model, Phase phase, std::vector<Query> queries,
                  Attention attention = Attention::flash) {
  return {model, phase, std::move(queries), half, DType::f16, attention};
}

double number(std::int64_t value) { return static_cast<double>(value); }

/// Operations of a pass, the head's product left out.
double operations_but_the_head(const Workload& asked) {
  double ops = 0;
  for (const Operator& op : operators(asked)) {
    if (op.name != "lm_head") ops += exact_work(op).ops.value * number(op.count);
  }
  return ops;
}

/// What absorbing the expansion into queries and results costs a token that sees `keys` of them: of
/// each head and key 2 (rank + rotated) + 2 rank operations instead of 2 (plain + rotated) +
/// 2 value.  The expansion of the token itself, 2 rank (plain + value) of each head, is the same
/// product in either form.
double absorbed_more(const Model& model, double keys) {
  const Latent& latent = model.latent;
  return number(model.layers * model.heads) * keys * 2 *
         number(2 * latent.rank - latent.plain_dim - latent.value_dim);
}

/// What expanding the latents of `cached` tokens once more costs.
double expanded_again(const Model& model, std::int64_t cached) {
  const Latent& latent = model.latent;
  return number(cached) * 2 * number(latent.rank) *
         number(model.layers * model.heads * (latent.plain_dim + latent.value_dim));
}

TEST(Families, APromptAndOneTokenMoreAreTheLongerPrompt) {
  int latent = 0;
  for (const PublishedModel& published : every_model()) {
    const Model& model = published.model;
    latent += model.latent.rank > 0 ? 1 : 0;
    for (const std::int64_t n : {1, 127, 4095, 4096, 8191, 8192, 20000}) {
      const double prompt = operations_but_the_head(workload(model, Phase::prefill, {{0, n}})),
                   token = operations_but_the_head(workload(model, Phase::decode, {{n, 1}})),
                   longer = operations_but_the_head(workload(model, Phase::prefill, {{0, n + 1}})),
                   more = model.latent.rank > 0 ? absorbed_more(model, number(n + 1)) : 0;
      EXPECT_EQ(prompt + token, longer + more) << model.name << " " << n;
    }
  }
  EXPECT_GE(latent, 3);
}

TEST(Families, APromptInPartsHasTheOperationsOfTheWholeAndExpandsItsLatentsAgain) {
  for (const PublishedModel& published : every_model()) {
    const Model& model = published.model;
    const double whole = operations_but_the_head(workload(model, Phase::prefill, {{0, 9000}})),
                 first = operations_but_the_head(workload(model, Phase::prefill, {{0, 5000}})),
                 rest = operations_but_the_head(workload(model, Phase::prefill, {{5000, 4000}})),
                 again = model.latent.rank > 0 ? expanded_again(model, 5000) : 0;
    EXPECT_EQ(first + rest, whole + again) << model.name;
  }
}

TEST(Families, SeveralTokensDecodedAtOnceAreAsManyAsOneByOne) {
  for (const PublishedModel& published : every_model()) {
    double one_by_one = 0;
    for (const std::int64_t cached : {4094, 4095, 4096, 4097}) {
      one_by_one +=
          operations_but_the_head(workload(published.model, Phase::decode, {{cached, 1}}));
    }
    EXPECT_EQ(operations_but_the_head(workload(published.model, Phase::decode, {{4094, 4}})),
              one_by_one)
        << published.model.name;
  }
}

TEST(Families, ABatchHasItsOperationsAndItsCacheAndReadsEachWeightOnce) {
  for (const PublishedModel& published : every_model()) {
    const Model& model = published.model;
    const Work one = exact_total(workload(model, Phase::decode, {{5000, 1}}));
    const Work many =
        exact_total(workload(model, Phase::decode, std::vector<Query>(16, {5000, 1})));
    EXPECT_EQ(many.ops, one.ops * 16) << model.name;
    EXPECT_EQ(many.kv_read, one.kv_read * 16) << model.name;
    EXPECT_EQ(many.kv_written, one.kv_written * 16) << model.name;
    EXPECT_LT(many.weights, one.weights * 16) << model.name;
    if (model.experts.count == 0) {
      const double rows = number(model.embedding_dim > 0 ? model.embedding_dim : model.hidden) +
                          (model.positions > 0 ? number(model.hidden) : 0);
      EXPECT_EQ(many.weights.value, one.weights.value + 15 * 2 * rows) << model.name;
    }
  }
}

TEST(Families, OneTokenReadsTheActiveParametersOnce) {
  for (const PublishedModel& published : every_model()) {
    const Model& model = published.model;
    const std::int64_t width = model.embedding_dim > 0 ? model.embedding_dim : model.hidden;
    std::int64_t read = active_parameters(model) + width;  // a row of the embedding
    if (!model.tied_embeddings) read -= model.vocabulary * width;
    if (model.positions > 0) read -= (model.positions - 1) * model.hidden;
    const Work decode = exact_total(workload(model, Phase::decode, {{64, 1}}));
    EXPECT_EQ(decode.weights.value, 2 * number(read)) << model.name;
  }
}

TEST(Families, TheCacheGrowsByItsBytesPerToken) {
  for (const PublishedModel& published : every_model()) {
    if (const auto known = published.json.find("kv_bytes")) {
      EXPECT_EQ(
          kept_per_token(workload(published.model, Phase::decode, {{64, 1}}), Accounting::exact),
          Bytes{number(known->integer(1, 1 << 30))})
          << published.model.name;
    }
    for (const DType type : {DType::f16, DType::fp8, DType::i8, DType::i4, DType::i2, DType::i1}) {
      Workload decode = workload(published.model, Phase::decode, {{64, 1}});
      Workload prefill = workload(published.model, Phase::prefill, {{0, 100}});
      decode.kv = prefill.kv = type;
      const Bytes kept = kept_per_token(decode, Accounting::exact);
      EXPECT_EQ(exact_total(decode).kv_written, kept) << published.model.name << name(type);
      EXPECT_EQ(storage(prefill).kv_cache, 100 * kept) << published.model.name << name(type);
    }
  }
}

TEST(Families, LayersAddUp) {
  for (const PublishedModel& published : every_model()) {
    Model doubled = published.model;
    doubled.layers *= 2;
    for (LayerKind& kind : doubled.kinds) kind.count *= 2;
    const auto outside = [&](const Model& model) {
      Model none = model;
      none.kinds = {{.count = 0}};
      return exact_total(workload(none, Phase::decode, {{5000, 1}}));
    };
    const Work once = exact_total(workload(published.model, Phase::decode, {{5000, 1}}));
    const Work twice = exact_total(workload(doubled, Phase::decode, {{5000, 1}}));
    EXPECT_EQ(twice.ops + outside(doubled).ops, once.ops * 2) << published.model.name;
    EXPECT_EQ(twice.bytes() + outside(doubled).bytes(), once.bytes() * 2) << published.model.name;
  }
}

TEST(Families, TwiceTheHeadsAreTwiceTheAttention) {
  for (const PublishedModel& published : every_model()) {
    Model wider = published.model;
    wider.heads *= 2;
    const auto attention = [](const Model& model) {
      double ops = 0;
      for (const Operator& op : operators(workload(model, Phase::decode, {{5000, 1}}))) {
        const bool attends = op.kernel.find("attention") != std::string::npos;
        if (attends) ops += exact_work(op).ops.value * number(op.count);
      }
      return ops;
    };
    EXPECT_GT(attention(published.model), 0) << published.model.name;
    EXPECT_EQ(attention(wider), 2 * attention(published.model)) << published.model.name;
  }
}

TEST(Families, FusedAttentionMovesNoMoreThanEagerAndComputesTheSameProducts) {
  for (const PublishedModel& published : every_model()) {
    for (const Phase phase : {Phase::prefill, Phase::decode}) {
      const std::vector<Query> queries = queries_of(phase, 2, 6000);
      const Work fused = exact_total(workload(published.model, phase, queries)),
                 eager = exact_total(workload(published.model, phase, queries, Attention::eager));
      EXPECT_LT(fused.bytes(), eager.bytes()) << published.model.name;
      EXPECT_EQ(fused.weights, eager.weights) << published.model.name;
      EXPECT_LE(live_activations(workload(published.model, phase, queries)),
                live_activations(workload(published.model, phase, queries, Attention::eager)));
    }
  }
}

TEST(Families, BoundsAgreeWithTheRidgePoint) {
  const Roofline roofline{.name = "device",
                          .engine = {.peaks = {{"f16-f32", OpRate{155e12}}}},
                          .bandwidth = Bandwidth{768e9},
                          .memory = Bytes{1e15}};
  const double ridge = 155e12 / 768e9;
  for (const PublishedModel& published : every_model()) {
    for (const Phase phase : {Phase::prefill, Phase::decode}) {
      const Workload asked = workload(published.model, phase, queries_of(phase, 4, 3000));
      Work sum;
      double seconds = 0;
      const Analysis analysis =
          analyze_model(std::span(&asked, 1), Accounting::exact, exact_work, roofline);
      for (const Layer& layer : analysis.layers) {
        EXPECT_EQ(layer.bound, layer.intensity >= ridge ? "compute" : "memory") << layer.op;
        EXPECT_LE(layer.work.weights + layer.work.kv_read, layer.work.read) << layer.op;
        EXPECT_GE(layer.work.input().value, 0) << layer.op;
        sum.ops += layer.work.ops * number(layer.count);
        sum.read += layer.work.read * number(layer.count);
        sum.written += layer.work.written * number(layer.count);
        seconds += layer.seconds->value * number(layer.count);
      }
      EXPECT_EQ(analysis.totals[0].work.ops, sum.ops) << published.model.name;
      EXPECT_EQ(analysis.totals[0].work.bytes(), sum.bytes()) << published.model.name;
      EXPECT_EQ(analysis.totals[0].seconds->value, seconds) << published.model.name;
    }
  }
}

/// Steps whose results are in the cache and no tensor of activations.
bool goes_to_cache(const Step& step) {
  for (const char* name : {"k_proj", "v_proj", "k_norm", "kv_a_proj", "kv_a_norm"}) {
    if (step.op.name == name) return true;
  }
  return false;
}

TEST(Families, WhatAStepReadsCameBeforeIt) {
  for (const PublishedModel& published : every_model()) {
    for (const Stage& stage :
         network(workload(published.model, Phase::prefill, {{3, 5}, {0, 7}}))) {
      for (std::size_t i = 0; i < stage.steps.size(); ++i) {
        for (const int read : stage.steps[i].reads) {
          EXPECT_LT(read, static_cast<int>(i)) << stage.steps[i].op.name;
          if (read >= 0) {
            const Step& from = stage.steps[static_cast<std::size_t>(read)];
            EXPECT_EQ(from.elements > 0, !goes_to_cache(from))
                << stage.steps[i].op.name << " of " << published.model.name;
          }
        }
      }
    }
  }
}

TEST(Families, WeightsInMemoryAreAllParametersInTheirFormat) {
  for (const PublishedModel& published : every_model()) {
    EXPECT_EQ(storage(workload(published.model, Phase::decode, {{0, 1}})).weights.value,
              2 * number(parameters(published.model)))
        << published.model.name;
  }
}

}  // namespace
}  // namespace roofmark
