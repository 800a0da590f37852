// Which quantization is fastest for each product of a model, with the kernels' own work.
#include "analyzer/sweet_spot_of_model.h"

#include <gtest/gtest.h>

#include "analyzer/models.h"
#include "analyzer/operators.h"
#include "app/work_model.h"
#include "tests/analyzer/made_up_device.h"

namespace roofmark {
namespace {

WorkloadOf workload_of(const Model& model, std::int64_t context) {
  return [&model, context](Phase phase, std::int64_t sequences, const Format& format) {
    return Workload{model,  phase,      queries_of(phase, sequences, context),
                    format, DType::f16, Attention::flash};
  };
}

const OperatorSweetSpot& product(const SweetSpot& spot, const char* op, const char* phase) {
  for (const OperatorSweetSpot& one : spot.operators) {
    if (one.op == op && one.phase == phase) return one;
  }
  throw std::out_of_range(op);
}

/// The best by looking at every number of sequences.
std::vector<std::pair<std::int64_t, std::string>> looked_up(const WorkloadOf& workload,
                                                            std::size_t at, std::int64_t most,
                                                            const Roofline& roofline) {
  std::vector<std::pair<std::int64_t, std::string>> starts;
  for (std::int64_t sequences = 1; sequences <= most; ++sequences) {
    std::string best;
    double least = 0;
    for (const OperandWidths& one : operand_widths(WeightScales::none)) {
      const CountedOperator op = count(workload(Phase::decode, sequences, one.format),
                                       Accounting::exact, registry_work_model())[at];
      const double seconds = stand(op.work, op.format, roofline).seconds->value;
      if (!best.empty() && seconds * 1.01 >= least) continue;
      best = one.name;
      least = seconds;
    }
    if (starts.empty() || starts.back().second != best) starts.emplace_back(sequences, best);
  }
  return starts;
}

TEST(SweetSpotOfModel, RangesAreThoseOfEveryBatchLookedAt) {
  const Model model = find_model("llama-3-8b");
  const WorkloadOf workload = workload_of(model, 128);
  const Roofline roofline = roofline_with(312e12, 624e12, 2.039e12);
  const SweetSpot spot = sweet_spot_of_model(workload, {Phase::decode}, 400, registry_work_model(),
                                             roofline, WeightScales::none);
  const OperatorSweetSpot& gate = product(spot, "gate_proj", "decode");
  const auto all =
      count(workload(Phase::decode, 1, Format{}), Accounting::exact, registry_work_model());
  std::size_t at = 0;
  while (all[at].name != "gate_proj") ++at;
  const auto expected = looked_up(workload, at, 400, roofline);
  ASSERT_EQ(gate.ranges.size(), expected.size());
  ASSERT_GE(expected.size(), 3u);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(gate.ranges[i].first, expected[i].first);
    EXPECT_EQ(gate.ranges[i].best, expected[i].second);
  }
  EXPECT_EQ(gate.ranges.back().last, 400);
  EXPECT_GT(*gate.ranges[0].gain_first, 3.5);  // a quarter of the bytes, and scales
  EXPECT_LT(*gate.ranges[0].gain_first, 4);
}

TEST(SweetSpotOfModel, EveryProductOfThePhasesIsThereAndNothingElse) {
  Model model = find_model("llama-2-7b");
  model.quantization.head = true;  // else it is as wide as activations in all of them
  const SweetSpot spot = sweet_spot_of_model(
      workload_of(model, 2048), {Phase::prefill, Phase::decode}, 16, registry_work_model(),
      roofline_with(154.8e12, 309.7e12, 768e9), WeightScales::none);
  std::vector<std::string> names;
  for (const OperatorSweetSpot& one : spot.operators) {
    if (one.phase == "decode") names.push_back(one.op);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"q_proj", "k_proj", "v_proj", "out_proj", "gate_proj",
                                             "up_proj", "down_proj", "lm_head", "all products"}));
  EXPECT_EQ(spot.operators.size(), 18u);
  // 2048 tokens are far right of every ridge: int8 activations win, and 8-bit weights are enough.
  EXPECT_EQ(product(spot, "q_proj", "prefill").ranges.at(0).best, "W8A8");
  EXPECT_DOUBLE_EQ(*product(spot, "q_proj", "prefill").ranges.at(0).gain_first, 309.7 / 154.8);
  // The head sees the last token of each sequence alone.
  EXPECT_EQ(product(spot, "lm_head", "prefill").ranges.at(0).best, "W4A16");
  EXPECT_EQ(product(spot, "all products", "decode").ranges.at(0).best, "W4A16");
}

TEST(SweetSpotOfModel, WithoutARooflineEachProductSaysWhy) {
  const Model model = find_model("llama-3.2-1b");
  const SweetSpot spot = sweet_spot_of_model(workload_of(model, 64), {Phase::decode}, 4,
                                             registry_work_model(), {}, WeightScales::none);
  ASSERT_EQ(spot.operators.size(), 8u);  // seven in a layer, and all
  EXPECT_TRUE(spot.operators[0].ranges.empty());
  EXPECT_NE(spot.operators[0].reason.find("no hardware was named"), std::string::npos);
}

/// Ceilings say W4A16 for one sequence; these kernels unpack 4-bit weights slowly.
TEST(SweetSpotOfModel, WhereARunHasKernelsForAllTheyAreCompared) {
  const Model model = find_model("llama-3-8b");
  const auto seconds = [](const CountedOperator& op) {
    const double bits = op.format.weights == DType::i4 ? 20 : roofmark::bits(op.format.weights);
    return op.work.ops.value * bits * 1e-12;
  };
  const Predict gemv = [&](const CountedOperator& op) -> Prediction {
    if (op.kernel == "gemv") return {Seconds{seconds(op)}, "measured"};
    return {Seconds{1e-9}, "ceiling"};  // never compared
  };
  const SweetSpot spot =
      sweet_spot_of_model(workload_of(model, 128), {Phase::decode}, 4, registry_work_model(),
                          roofline_with(312e12, 624e12, 2.039e12), WeightScales::none, gemv);
  for (const char* op : {"q_proj", "all products"}) {
    const std::vector<BatchRange>& ranges = product(spot, op, "decode").ranges;
    ASSERT_EQ(ranges.size(), 2u);
    EXPECT_EQ(ranges[0].from, "kernels");
    EXPECT_EQ(ranges[0].last, 1);
    EXPECT_EQ(ranges[0].best, "W8A8");
    EXPECT_EQ(ranges[0].gain_first, 2);  // 16 bits over 8
    EXPECT_EQ(ranges[1].from, "ceilings");
    EXPECT_EQ(ranges[1].best, "W4A16");
  }
}

TEST(SweetSpotOfModel, AKernelIsNeverComparedWithACeiling) {
  const Model model = find_model("llama-3-8b");
  const Predict all_but_one = [](const CountedOperator& op) -> Prediction {
    const bool has = op.format.name() != "w4a8";
    return {Seconds{1e-3}, has ? "measured" : "ceiling"};
  };
  const SweetSpot spot =
      sweet_spot_of_model(workload_of(model, 128), {Phase::decode}, 4, registry_work_model(),
                          roofline_with(312e12, 624e12, 2.039e12), WeightScales::none, all_but_one);
  for (const BatchRange& range : product(spot, "q_proj", "decode").ranges) {
    EXPECT_EQ(range.from, "ceilings");
  }
}

TEST(SweetSpotOfModel, SixteenBitsAreThoseThatTheRunHasKernelsOf) {
  const Model model = find_model("llama-3-8b");
  Roofline roofline = roofline_with(312e12, 624e12, 2.039e12);
  roofline.engine.peaks["bf16-f32"] = OpRate{312e12};
  for (const char* measured : {"f16-f32", "bf16-f32"}) {
    const Predict predict = [&](const CountedOperator& op) -> Prediction {
      return {Seconds{1e-3}, op.format.name() == measured ? "measured" : "ceiling"};
    };
    const SweetSpot spot =
        sweet_spot_of_model(workload_of(model, 128), {Phase::decode}, 1, registry_work_model(),
                            roofline, WeightScales::none, predict);
    EXPECT_EQ(spot.roofs[0].quantization.format.name(), measured);
  }
}

}  // namespace
}  // namespace roofmark
