#include "analyzer/llm_viewer.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "analyzer/layers.h"
#include "analyzer/models.h"
#include "analyzer/numbers.h"
#include "analyzer/operators.h"
#include "core/error.h"
#include "core/strict_json.h"

namespace roofmark {
namespace {

constexpr double largest = 0x1p53;

JsonView golden() {
  const std::string path = std::string(ROOFMARK_TEST_DATA) + "/llm_viewer.json";
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return JsonView::parse(text.str(), path);
}

Phase phase_of(const JsonView& row) {
  return row.at("phase").text() == "prefill" ? Phase::prefill : Phase::decode;
}

DType type_of(std::int64_t width) {
  return width == 16 ? DType::f16 : width == 8 ? DType::i8 : DType::i4;
}

/// The A6000 of the golden figures, as that tool has it.
Roofline a6000() {
  return {.name = "A6000",
          .engine = {.peaks = {{"f16-f32", OpRate{154.8e12}}, {"w8a8", OpRate{309.7e12}}}},
          .bandwidth = Bandwidth{768e9}};
}

Workload workload(const std::string& model, Phase phase, std::int64_t batch, std::int64_t context,
                  DType weights = DType::f16, DType activations = DType::f16,
                  DType kv = DType::f16) {
  return {find_model(model),
          phase,
          queries_of(phase, batch, context),
          {weights, activations, DType::f32},
          kv,
          Attention::eager};
}

Analysis analysis_of(const Workload& asked) {
  return analyze_model(std::span(&asked, 1), Accounting::llm_viewer, {}, a6000());
}

void expect_work(const JsonView& row, const Work& work) {
  const auto figure = [&](const char* key) { return row.at(key).number(0, largest); };
  EXPECT_EQ(work.ops.value, figure("ops"));
  EXPECT_EQ(work.bytes().value, figure("bytes"));
  EXPECT_EQ(work.weights.value, figure("weights"));
  EXPECT_EQ(work.input().value, figure("input"));
  EXPECT_EQ(work.output().value, figure("output"));
  EXPECT_EQ(work.kv_read.value, figure("kv_read"));
  EXPECT_EQ(work.kv_written.value, figure("kv_written"));
}

const Layer& layer_called(const Analysis& analysis, const std::string& op) {
  for (const Layer& layer : analysis.layers) {
    if (layer.op == op) return layer;
  }
  throw std::out_of_range(op);
}

TEST(LlmViewer, ThePublishedTableComesOutCellByCellAndExactly) {
  const std::vector<JsonView> rows = golden().at("table").elements();
  ASSERT_EQ(rows.size(), 24u);
  for (const JsonView& row : rows) {
    SCOPED_TRACE(row.at("phase").text() + " " + row.at("op").text());
    const Analysis analysis = analysis_of(workload("llama-2-7b", phase_of(row), 1, 2048));
    const Layer& layer = layer_called(analysis, row.at("op").text());
    expect_work(row, layer.work);
    // That tool divides in another order; everything whole is compared exactly.
    EXPECT_NEAR(layer.seconds->value / row.at("seconds").number(0, 1), 1.0, 1e-12);
    const std::vector<std::string> cells{
        viewer_count(layer.work.ops.value), viewer_count(layer.work.bytes().value),
        viewer_intensity(layer.intensity), viewer_count(layer.attainable->value), layer.bound};
    const std::vector<JsonView> printed = row.at("cells").elements();
    for (std::size_t i = 0; i < cells.size(); ++i) EXPECT_EQ(cells[i], printed[i].text());
  }
}

TEST(LlmViewer, TotalsTimesAndMemoryAreThatToolsForEveryWidth) {
  const std::vector<JsonView> rows = golden().at("totals").elements();
  ASSERT_EQ(rows.size(), 80u);
  for (const JsonView& row : rows) {
    const std::vector<JsonView> widths = row.at("bits").elements();
    const auto type = [&](std::size_t i) { return type_of(widths[i].integer(4, 16)); };
    const Workload asked =
        workload(row.at("model").text(), phase_of(row), row.at("batch").integer(1, 64),
                 row.at("context").integer(1, 4096), type(0), type(1), type(2));
    SCOPED_TRACE(row.at("model").text() + " " + row.at("phase").text() + " " + asked.format.name());
    const Analysis analysis = analysis_of(asked);
    ASSERT_EQ(analysis.totals.size(), 1u);
    expect_work(row, analysis.totals[0].work);
    EXPECT_NEAR(analysis.totals[0].seconds->value / row.at("seconds").number(0, 100), 1.0, 1e-12);
    EXPECT_EQ(analysis.storage->weights.value, row.at("memory_weights").number(0, largest));
    EXPECT_EQ(analysis.storage->kv_cache.value, row.at("memory_kv").number(0, largest));
    EXPECT_EQ(analysis.storage->peak.value, row.at("memory").number(0, largest));
  }
}

TEST(LlmViewer, Int8PeakNeedsEveryWidthAtMostEight) {
  const auto format = [](DType w, DType a, DType kv) {
    return llm_viewer_operators(workload("llama-2-7b", Phase::decode, 1, 8, w, a, kv))
        .front()
        .format.name();
  };
  EXPECT_EQ(format(DType::i8, DType::i8, DType::i8), "w8a8");
  EXPECT_EQ(format(DType::i4, DType::i8, DType::i8), "w8a8");
  EXPECT_EQ(format(DType::i4, DType::i8, DType::f16), "f16-f32");
  EXPECT_EQ(format(DType::i4, DType::f16, DType::i8), "f16-f32");
}

TEST(LlmViewer, WhatItCannotExpressIsRefused) {
  Workload asked = workload("llama-2-7b", Phase::prefill, 2, 128);
  asked.queries[1].fresh = 64;
  EXPECT_THROW(llm_viewer_operators(asked), InputError);
  asked = workload("llama-2-7b", Phase::prefill, 1, 128);
  asked.queries[0].cached = 1;
  EXPECT_THROW(llm_viewer_operators(asked), InputError);
  asked = workload("llama-2-7b", Phase::decode, 1, 128);
  asked.queries[0].fresh = 2;
  EXPECT_THROW(llm_viewer_operators(asked), InputError);
}

}  // namespace
}  // namespace roofmark
