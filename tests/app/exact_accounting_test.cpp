// The kernels' work models summed over a network, against closed forms.
#include <gtest/gtest.h>

#include "analyzer/layers.h"
#include "analyzer/models.h"
#include "analyzer/operators.h"
#include "app/work_model.h"

namespace roofmark {
namespace {

constexpr Format half{DType::f16, DType::f16, DType::f32};

Workload workload(const char* model, Phase phase, std::int64_t batch, std::int64_t context,
                  Attention attention = Attention::flash) {
  return {find_model(model), phase, queries_of(phase, batch, context), half, DType::f16, attention};
}

Work total_of(const Workload& asked) {
  return analyze_model(std::span(&asked, 1), Accounting::exact, registry_work_model(), {})
      .totals.at(0)
      .work;
}

double number(std::int64_t value) { return static_cast<double>(value); }

/// Parameters of the projections of all layers: what every token is multiplied with.
double projections(const Model& model) {
  const double embedding =
      number(model.vocabulary * model.hidden) * (model.tied_embeddings ? 1 : 2);
  return number(parameters(model)) - embedding - number(plain_parameters(model));
}

/// Operations of `tokens` fresh tokens with `pairs` causal pairs and `queries` last tokens.
double operations(const Model& model, double tokens, double pairs, double queries) {
  const double layers = number(model.layers), hidden = number(model.hidden);
  const double heads = number(model.heads), kv_heads = number(model.kv_heads),
               d = number(model.head_dim);
  return 2 * tokens * projections(model) + 2 * queries * number(model.vocabulary) * hidden +
         layers * heads * pairs * (4 * d + 5) +             // scores, values, softmax
         (2 * layers + 1) * tokens * (4 * hidden + 2) +     // RMSNorm
         2 * layers * tokens * hidden +                     // residual adds
         3 * layers * tokens * (heads + kv_heads) * d +     // RoPE
         5 * layers * tokens * number(model.intermediate);  // SiLU and the product with up
}

TEST(ExactAccounting, OperationsAreTheClosedForm) {
  for (const char* name : {"llama-2-7b", "llama-3-8b", "llama-3.2-1b"}) {
    SCOPED_TRACE(name);
    const Model model = find_model(name);
    EXPECT_EQ(total_of(workload(name, Phase::decode, 1, 2048)).ops.value,
              operations(model, 1, 2049, 1));
    EXPECT_EQ(total_of(workload(name, Phase::decode, 16, 511)).ops.value,
              operations(model, 16, 16 * 512, 16));
    EXPECT_EQ(total_of(workload(name, Phase::prefill, 1, 2048)).ops.value,
              operations(model, 2048, 2048 * 2049 / 2, 1));
    EXPECT_EQ(total_of(workload(name, Phase::prefill, 3, 100)).ops.value,
              operations(model, 300, 3 * 100 * 101 / 2, 3));
  }
}

TEST(ExactAccounting, PrefillInPartsCountsThePairsOfTheWhole) {
  Workload whole = workload("llama-3-8b", Phase::prefill, 1, 1000);
  Workload first = whole, second = whole;
  first.queries = {{0, 600}};
  second.queries = {{600, 400}};
  const double head = 2.0 * 128256 * 4096;  // the last token's, once per part
  EXPECT_EQ(total_of(first).ops.value + total_of(second).ops.value,
            total_of(whole).ops.value + head);
}

TEST(ExactAccounting, EveryWeightIsReadOnceAndOfTheEmbeddingOnlyRows) {
  for (const char* name : {"llama-2-7b", "llama-3-8b", "llama-3.2-1b"}) {
    SCOPED_TRACE(name);
    const Model model = find_model(name);
    const double unread = model.tied_embeddings ? 0 : number(model.vocabulary * model.hidden);
    for (const std::int64_t batch : {1, 8}) {
      EXPECT_EQ(total_of(workload(name, Phase::decode, batch, 64)).weights.value,
                2 * (number(parameters(model)) - unread + number(batch * model.hidden)));
    }
  }
}

TEST(ExactAccounting, TheCacheIsReadOnceAndExtendedOnce) {
  for (const Attention attention : {Attention::flash, Attention::eager}) {
    const Work decode = total_of(workload("llama-3-8b", Phase::decode, 2, 1000, attention));
    EXPECT_EQ(decode.kv_read.value, 2.0 * 1001 * 131072);
    EXPECT_EQ(decode.kv_written.value, 2.0 * 131072);
    const Work prefill = total_of(workload("llama-2-7b", Phase::prefill, 1, 128, attention));
    EXPECT_EQ(prefill.kv_written.value, 128.0 * 524288);
  }
}

TEST(ExactAccounting, EagerAttentionAddsTheTrafficOfTheScores) {
  const Work flash = total_of(workload("llama-2-7b", Phase::prefill, 1, 2048));
  const Work eager = total_of(workload("llama-2-7b", Phase::prefill, 1, 2048, Attention::eager));
  const double scores = 32.0 * 2048 * 2048 * 2;  // bytes of one layer
  EXPECT_EQ(eager.bytes().value - flash.bytes().value,
            32 * 4 * scores);  // S and P, written and read
}

TEST(ExactAccounting, QuantizedWeightsHalveOrQuarterTheirTraffic) {
  Workload asked = workload("llama-2-7b", Phase::decode, 1, 64);
  const Work whole = total_of(asked);
  asked.format.weights = DType::i4;
  const Work quarter = total_of(asked);
  // A scale of two bytes per 128 weights of a layer's product; the head stays as it is.
  const double layers = projections(asked.model);
  EXPECT_EQ(quarter.weights.value, whole.weights.value - 1.5 * layers + 2 * layers / 128);
  EXPECT_EQ(quarter.ops, whole.ops);
}

}  // namespace
}  // namespace roofmark
