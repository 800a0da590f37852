#include "analyzer/study.h"

#include <gtest/gtest.h>

#include "analyzer/layers.h"
#include "analyzer/models.h"
#include "analyzer/operators.h"
#include "app/work_model.h"
#include "core/error.h"
#include "core/strict_json.h"

namespace roofmark {
namespace {

constexpr Format half{DType::f16, DType::f16, DType::f32};

Roofline device() {
  return {.name = "device",
          .engine = {.peaks = {{"f16-f32", OpRate{100e12}}}},
          .bandwidth = Bandwidth{1e12},
          .memory = Bytes{20e9}};
}

Workload workload(Phase phase, std::int64_t batch, std::int64_t context) {
  return {find_model("llama-3-8b"), phase, queries_of(phase, batch, context), half, DType::f16};
}

StudyRow row_of(const Workload& asked, const Setting& setting = {}) {
  const WorkModel work = registry_work_model();
  StudyRow row = study_row(counted_workload(asked, setting, work), work, device());
  row.model = "llama-3-8b";
  row.hardware = "device";
  return row;
}

TEST(Study, ARowSaysWhatTheAnalysisOfTheSameSays) {
  for (const Phase phase : {Phase::prefill, Phase::decode}) {
    const Workload asked = workload(phase, 4, 1000);
    const Setting setting{.chunk = 300, .generate = 3};
    const Analysis analysis =
        analyze_model(std::span(&asked, 1), setting, registry_work_model(), device());
    const StudyRow row = row_of(asked, setting);
    const Total& total = analysis.totals[0];
    EXPECT_DOUBLE_EQ(row.seconds->value, total.seconds->value);
    EXPECT_EQ(row.work.ops, total.work.ops);
    EXPECT_DOUBLE_EQ(*row.tokens_per_second, *total.tokens_per_second);
    EXPECT_DOUBLE_EQ(row.latency->value, total.latency->value);
    EXPECT_EQ(row.storage.peak, analysis.storage->peak);
    EXPECT_EQ(row.generation.has_value(), phase == Phase::prefill);
  }
}

TEST(Study, WhatDoesNotFitIsSaid) {
  EXPECT_EQ(row_of(workload(Phase::decode, 1, 2048)).fits, true);
  EXPECT_EQ(row_of(workload(Phase::decode, 32, 2048)).fits, false);
}

Study study() {
  Study study{.title = "a study", .swept = "batch"};
  for (const std::int64_t batch : {1, 2, 64}) {
    study.rows.push_back(row_of(workload(Phase::decode, batch, 2048)));
    study.rows.back().x = static_cast<double>(batch);
    study.rows.back().series = "decode";
  }
  study.rows.push_back({.model = "llama-3-8b", .bound = "unknown", .reason = "too many"});
  return study;
}

TEST(Study, EveryRowStandsInEveryFormatAndMissingOnesSayWhy) {
  const std::string text = study_text(study());
  EXPECT_NE(text.find("a study"), std::string::npos);
  EXPECT_NE(text.find("too many"), std::string::npos);
  const std::string csv = study_csv(study());
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 5);
  const JsonView json = JsonView::parse(study_json(study()), "study");
  const std::vector<JsonView> rows = json.at("rows").elements();
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[2].at("batch").integer(1, 100), 64);
  EXPECT_FALSE(rows[2].at("fits").boolean());
  EXPECT_EQ(rows[3].at("reason").text(), "too many");
  EXPECT_EQ(json.at("swept").text(), "batch");
}

TEST(Study, ACurveHasAMarkerPerRowHollowWhereItDoesNotFit) {
  const std::string svg = study_svg(study());
  std::size_t circles = 0;
  for (std::size_t at = svg.find("<circle"); at != std::string::npos;
       at = svg.find("<circle", at + 1)) {
    ++circles;
  }
  EXPECT_EQ(circles, 3u);
  EXPECT_NE(svg.find("rm-hollow"), std::string::npos);
  EXPECT_EQ(svg, study_svg(study()));
}

TEST(Study, WithoutNumbersOrTimesThereIsNoCurve) {
  Study none = study();
  none.swept.clear();
  EXPECT_THROW(study_svg(none), InputError);
  none = study();
  for (StudyRow& row : none.rows) row.seconds.reset();
  EXPECT_THROW(study_svg(none), InputError);
}

TEST(Study, ABoundIsThatUnderWhichMostOfTheTimeFalls) {
  EXPECT_EQ(row_of(workload(Phase::decode, 1, 2048)).bound, "memory");
  EXPECT_EQ(row_of(workload(Phase::prefill, 1, 2048)).bound, "compute");
  const WorkModel work = registry_work_model();
  Roofline slow = device();
  slow.link = Bandwidth{1e6};
  const CountedWorkload two =
      counted_workload(workload(Phase::decode, 1, 2048), {.devices = 2}, work);
  EXPECT_EQ(study_row(two, work, slow).bound, "link");
  EXPECT_EQ(study_row(two, work, device()).bound, "unknown");
}

}  // namespace
}  // namespace roofmark
