// LLM-Viewer's fused attention, tensor parallelism, generations and curves, and the families it
// has.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "analyzer/generation.h"
#include "analyzer/layers.h"
#include "analyzer/llm_viewer.h"
#include "analyzer/operators.h"
#include "core/error.h"
#include "core/strict_json.h"
#include "tests/model_configs.h"

namespace roofmark {
namespace {

JsonView golden() {
  const std::string path = std::string(ROOFMARK_TEST_DATA) + "/llm_viewer_more.json";
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return JsonView::parse(text.str(), path);
}

DType type_of(double width) {
  return width == 16  ? DType::f16
         : width == 8 ? DType::i8
         : width == 4 ? DType::i4
         : width == 2 ? DType::i2
                      : DType::i1;
}

Roofline device(const std::string& name) {
  const bool h100 = name == "H100";
  return {.name = name,
          .engine = {.peaks = {{"f16-f32", OpRate{h100 ? 989.5e12 : 154.8e12}},
                               {"w8a8", OpRate{h100 ? 1979e12 : 309.7e12}}}},
          .bandwidth = Bandwidth{h100 ? 3072e9 : 768e9}};
}

Model model_called(const std::string& name) {
  static const std::vector<PublishedModel> all = published_models();
  for (const PublishedModel& one : all) {
    if (one.model.name == name) return one.model;
  }
  throw std::out_of_range(name);
}

Model llama_13b() {
  Model model = model_called("Llama-2-7b-hf");
  model.layers = 40;
  model.hidden = 5120;
  model.heads = model.kv_heads = 40;
  model.intermediate = 13824;
  return model;
}

/// The settings that totals and layers begin with.
struct Row {
  std::vector<JsonView> cells;

  std::string text(std::size_t i) const { return cells[i].text(); }
  double number(std::size_t i) const { return cells[i].number(0, 1e300); }
  std::int64_t integer(std::size_t i) const { return cells[i].integer(0, 1 << 20); }
  Workload workload() const {
    const Phase phase = text(9) == "prefill" ? Phase::prefill : Phase::decode;
    return {model_called(text(0)),
            phase,
            queries_of(phase, integer(2), integer(3)),
            {type_of(number(4)), type_of(number(5)), DType::f32},
            type_of(number(6)),
            integer(7) ? Attention::flash : Attention::eager};
  }
  Analysis analysis() const {
    const Workload asked = workload();
    const Setting setting{.accounting = Accounting::llm_viewer, .devices = integer(8)};
    return analyze_model(std::span(&asked, 1), setting, {}, device(text(1)));
  }
};

std::vector<Row> rows_of(const char* key) {
  std::vector<Row> rows;
  for (const JsonView& row : golden().at(key).elements()) rows.push_back({row.elements()});
  return rows;
}

/// Rates and times, which the tool rounds in another order; everything whole is compared exactly.
void expect_near(double value, double expected) { EXPECT_NEAR(value / expected, 1.0, 1e-12); }

TEST(LlmViewerMore, TotalsAreThatToolsFusedOrNotOnOneDeviceOrSeveral) {
  const std::vector<Row> rows = rows_of("totals");
  ASSERT_EQ(rows.size(), 496u);
  for (const Row& row : rows) {
    const Analysis analysis = row.analysis();
    SCOPED_TRACE(row.text(1) + " " + analysis.title);
    const Work& work = analysis.totals[0].work;
    const std::vector<double> counted{work.ops.value,     work.weights.value,
                                      work.input().value, work.output().value,
                                      work.kv_read.value, work.kv_written.value};
    for (std::size_t i = 0; i < counted.size(); ++i) EXPECT_EQ(counted[i], row.number(10 + i)) << i;
    expect_near(analysis.totals[0].seconds->value, row.number(16));
    const Storage& storage = *analysis.storage;
    EXPECT_EQ(storage.peak.value, row.number(17));
    EXPECT_EQ((storage.peak - storage.weights - storage.kv_cache).value, row.number(18));
    EXPECT_EQ(storage.weights.value, row.number(19));
    EXPECT_EQ(storage.kv_cache.value, row.number(20));
  }
}

TEST(LlmViewerMore, LayersAreThatToolsOneByOne) {
  const std::vector<Row> rows = rows_of("layers");
  ASSERT_EQ(rows.size(), 176u);
  for (const Row& row : rows) {
    const Analysis analysis = row.analysis();
    SCOPED_TRACE(analysis.title + " " + row.text(10));
    const auto layer = std::find_if(analysis.layers.begin(), analysis.layers.end(),
                                    [&](const Layer& one) { return one.op == row.text(10); });
    ASSERT_NE(layer, analysis.layers.end());
    EXPECT_EQ(layer->work.ops.value, row.number(11));
    EXPECT_EQ(layer->work.bytes().value, row.number(12));
    expect_near(layer->seconds->value, row.number(13));
  }
}

TEST(LlmViewerMore, AGenerationIsItsPromptAndAStepForEachToken) {
  for (const Row& row : rows_of("generate")) {
    const Workload prompt{model_called(row.text(0)),
                          Phase::prefill,
                          queries_of(Phase::prefill, row.integer(3), row.integer(1)),
                          {DType::f16, DType::f16, DType::f32},
                          DType::f16,
                          Attention::eager};
    const Generation generation =
        generation_of(prompt, {.accounting = Accounting::llm_viewer, .generate = row.integer(2)},
                      {}, device("A6000"));
    expect_near(generation.seconds->value, row.number(4));
    expect_near(generation.first_token->value, row.number(5));
  }
}

double seconds_of(Phase phase, const Row& row, double activations, double cache, Storage* storage) {
  const Workload asked{llama_13b(),
                       phase,
                       queries_of(phase, row.integer(1), row.integer(2)),
                       {type_of(row.number(0)), type_of(activations), DType::f32},
                       type_of(cache),
                       Attention::eager};
  const Analysis analysis =
      analyze_model(std::span(&asked, 1), Accounting::llm_viewer, {}, device("A6000"));
  if (storage) *storage = *analysis.storage;
  return analysis.totals[0].seconds->value;
}

TEST(LlmViewerMore, CurvesOverBatchPromptAndBitsAreThatTools) {
  ASSERT_EQ(rows_of("batches").size(), 35u);
  for (const Row& row : rows_of("batches")) {
    expect_near(seconds_of(Phase::decode, row, 16, 16, nullptr), row.number(3));
  }
  for (const Row& row : rows_of("prompts")) {
    expect_near(seconds_of(Phase::prefill, row, 16, 16, nullptr), row.number(3));
  }
  for (const Row& row : rows_of("serving")) {
    Storage storage;
    expect_near(seconds_of(Phase::decode, row, 8, 8, &storage), row.number(3));
    expect_near(storage.peak.value / 1e9, row.number(4));
  }
}

Workload asked_of(const std::string& model) {
  return {model_called(model),
          Phase::decode,
          queries_of(Phase::decode, 1, 128),
          {DType::f16, DType::f16, DType::f32},
          DType::f16,
          Attention::eager};
}

TEST(LlmViewerMore, AnOptHasAGateAndAGptJNeitherGateNorSecondNorm) {
  const auto has = [](const Workload& asked, const std::string& name) {
    const auto all = llm_viewer_operators(asked);
    return std::any_of(all.begin(), all.end(), [&](const auto& op) { return op.name == name; });
  };
  EXPECT_TRUE(has(asked_of("opt-125m"), "gate_proj"));
  EXPECT_FALSE(has(asked_of("gpt-j-6b"), "gate_proj"));
  EXPECT_FALSE(has(asked_of("gpt-j-6b"), "mlp_norm"));
  EXPECT_TRUE(has(asked_of("chatglm3-6b"), "gate_proj"));
}

TEST(LlmViewerMore, WhatThatToolDoesNotHaveIsRefused) {
  const auto refusal = [](const Workload& asked, std::int64_t devices) -> std::string {
    try {
      llm_viewer_operators(asked, devices);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(refusal(asked_of("Mixtral-8x7B-v0.1"), 1).find("llama, opt, gptj and chatglm, not"),
            std::string::npos);
  EXPECT_NE(refusal(asked_of("Meta-Llama-3-8B"), 16).find("8 key/value heads"), std::string::npos);
  Workload fused = asked_of("gpt-j-6b");
  fused.attention = Attention::flash;
  EXPECT_NE(refusal(fused, 1).find("eager"), std::string::npos);
}

}  // namespace
}  // namespace roofmark
