#include "analyzer/layers.h"

#include <gtest/gtest.h>

#include "analyzer/models.h"
#include "analyzer/operators.h"

namespace roofmark {
namespace {

/// Every operator does 10 operations and reads 2 bytes; the embedding computes nothing.
Work toy_work(const Operator& op) {
  return {.ops = Ops{op.kernel == "embedding" ? 0.0 : 10.0}, .read = Bytes{2}, .weights = Bytes{1}};
}

Roofline device(double memory = 1e15) {
  return {.name = "device",
          .engine = {.peaks = {{"f32", OpRate{8}}}},
          .bandwidth = Bandwidth{1},
          .memory = Bytes{memory}};
}

Workload workload(Phase phase) {
  return {find_model("llama-2-7b"), phase, queries_of(phase, 2, 16), Format{}, DType::f32,
          Attention::flash};
}

TEST(Layers, EachIsOneCallAndTheTotalIsAllOfThem) {
  const std::vector<Workload> asked{workload(Phase::prefill), workload(Phase::decode)};
  const Analysis analysis = analyze_model(asked, Accounting::exact, toy_work, device());
  ASSERT_EQ(analysis.layers.size(), 34u);
  EXPECT_EQ(analysis.layers[1].op, "attn_norm");
  EXPECT_EQ(analysis.layers[1].phase, "prefill");
  EXPECT_EQ(analysis.layers[1].count, 32);
  EXPECT_EQ(analysis.layers[1].intensity, 5.0);
  EXPECT_EQ(analysis.layers[1].attainable, OpRate{5});
  EXPECT_EQ(analysis.layers[33].phase, "decode");
  // 14 operators in each of 32 layers, then the final norm and the head: 450 calls of 10 operations
  // and 2 bytes, and one embedding of 2 bytes, all memory bound at 1 byte per second.
  ASSERT_EQ(analysis.totals.size(), 2u);
  EXPECT_EQ(analysis.totals[0].work.ops, Ops{4500});
  EXPECT_EQ(analysis.totals[0].work.bytes(), Bytes{902});
  EXPECT_EQ(analysis.totals[0].work.weights, Bytes{451});
  EXPECT_EQ(analysis.totals[0].seconds, Seconds{902});
  EXPECT_EQ(analysis.totals[0].tokens_per_second, 32 / 902.0);
  EXPECT_EQ(analysis.totals[1].tokens_per_second, 2 / 902.0);
}

TEST(Layers, AnUnknownLayerMakesTheTotalUnknown) {
  Workload asked = workload(Phase::decode);
  asked.kv = DType::f64;
  const Analysis analysis =
      analyze_model(std::span(&asked, 1), Accounting::exact, toy_work, device());
  EXPECT_FALSE(analysis.totals[0].seconds);
  EXPECT_FALSE(analysis.totals[0].tokens_per_second);
  for (const Layer& layer : analysis.layers) {
    EXPECT_EQ(layer.seconds.has_value(), layer.op != "attention") << layer.op;
    EXPECT_EQ(layer.reason.empty(), layer.op != "attention") << layer.op;
  }
}

TEST(Layers, TheTitleSaysWhatTheFiguresAreOf) {
  const std::vector<Workload> asked{workload(Phase::prefill), workload(Phase::decode)};
  EXPECT_EQ(analyze_model(asked, Accounting::exact, toy_work, device()).title,
            "llama-2-7b on device, prefill of 16 tokens, decode of 16 cached tokens, batch 2, f32, "
            "f32 cache, "
            "flash attention, exact accounting");
}

TEST(Layers, StorageIsTheLargerAndAWarningSaysWhereItDoesNotFit) {
  const std::vector<Workload> asked{workload(Phase::prefill), workload(Phase::decode)};
  const Analysis fits = analyze_model(asked, Accounting::exact, toy_work, device());
  EXPECT_TRUE(fits.warnings.empty());
  EXPECT_EQ(fits.storage->kv_cache,
            Bytes{2 * 524288.0 * 2 * 17});  // decode: 16 cached and the new one
  const Analysis too_big = analyze_model(asked, Accounting::exact, toy_work, device(24e9));
  ASSERT_EQ(too_big.warnings.size(), 1u);
  EXPECT_EQ(too_big.warnings[0].what, "this needs 25.1 GiB, device has 22.4 GiB");
}

}  // namespace
}  // namespace roofmark
