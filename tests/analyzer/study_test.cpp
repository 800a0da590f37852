#include "analyzer/study.h"

#include <gtest/gtest.h>

#include "analyzer/layers.h"
#include "analyzer/models.h"
#include "analyzer/numbers.h"
#include "analyzer/operators.h"
#include "app/work_model.h"
#include "core/error.h"
#include "core/strict_json.h"
#include "tests/analyzer/made_up_device.h"

namespace roofmark {
namespace {

Workload workload(Phase phase, std::int64_t batch, std::int64_t context) {
  return {find_model("llama-3-8b"), phase, queries_of(phase, batch, context), half, DType::f16};
}

StudyRow row_of(const Workload& asked, const Setting& setting = {}) {
  const WorkModel work = registry_work_model();
  StudyRow row = study_row(counted_workload(asked, setting, work), work, made_up_device());
  row.model = "llama-3-8b";
  row.hardware = "device";
  return row;
}

TEST(Study, ARowSaysWhatTheAnalysisOfTheSameSays) {
  for (const Phase phase : {Phase::prefill, Phase::decode}) {
    const Workload asked = workload(phase, 4, 1000);
    const Setting setting{.chunk = 300, .generate = 3};
    const Analysis analysis =
        analyze_model(std::span(&asked, 1), setting, registry_work_model(), made_up_device());
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

TEST(Study, ThingsSideBySideAreComparedWithTheFirstOfTheirPhase) {
  Study side_by_side{.title = "side by side"};
  for (const std::int64_t context : {1024, 2048}) {
    for (const Phase phase : {Phase::prefill, Phase::decode}) {
      side_by_side.rows.push_back(row_of(workload(phase, 1, context)));
    }
  }
  const double times = side_by_side.rows[0].seconds->value / side_by_side.rows[2].seconds->value;
  const std::string text = study_text(side_by_side);
  EXPECT_NE(text.find("times the first's speed"), std::string::npos) << text;
  EXPECT_NE(text.find("  " + plain_number(times) + "  "), std::string::npos) << text;
  side_by_side.swept = "context";  // points of a curve
  EXPECT_EQ(study_text(side_by_side).find("times the first's speed"), std::string::npos);
}

TEST(Study, WithoutAPeakARowHasTheTimeOfItsBytesAtLeast) {
  Workload narrow = workload(Phase::decode, 1, 2048);
  narrow.format = {DType::f64, DType::f64, DType::f64};
  const StudyRow row = row_of(narrow);
  EXPECT_FALSE(row.seconds);
  ASSERT_TRUE(row.at_least);
  EXPECT_DOUBLE_EQ(row.at_least->value, row.work.bytes().value / 1e12);
  const std::string text = study_text({.title = "one", .rows = {row}});
  EXPECT_NE(text.find("at least "), std::string::npos) << text;
  EXPECT_FALSE(row_of(workload(Phase::decode, 1, 2048)).at_least);
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

// Else rows of a sweep over either could not be told apart.
TEST(Study, RowsSayInWhatTheyDiffer) {
  Workload eager = workload(Phase::prefill, 1, 2048);
  eager.attention = Attention::eager;
  const Study study{.title = "t",
                    .rows = {row_of(workload(Phase::prefill, 1, 2048), {.chunk = 512}),
                             row_of(eager), row_of(workload(Phase::decode, 1, 2048))}};
  const std::string text = study_text(study);
  for (const char* shown : {"attention", "flash", "eager", "chunk", "  512  "}) {
    EXPECT_NE(text.find(shown), std::string::npos) << shown << "\n" << text;
  }
  EXPECT_NE(study_csv(study).find(",chunk\n"), std::string::npos);
  EXPECT_NE(study_csv(study).find(",512\n"), std::string::npos);
  const std::vector<JsonView> rows =
      JsonView::parse(study_json(study), "study").at("rows").elements();
  EXPECT_EQ(rows[0].at("chunk").integer(1, 1000), 512);
  EXPECT_FALSE(rows[1].has("chunk"));
  const std::string alike = study_text({.title = "t", .rows = {row_of(eager)}});
  EXPECT_EQ(alike.find("attention"), std::string::npos) << alike;
  EXPECT_EQ(alike.find("chunk"), std::string::npos) << alike;
}

TEST(Study, AGenerationStandsBesideItsPromptAlone) {
  const Setting setting{.generate = 3};
  const Study study{.title = "t",
                    .rows = {row_of(workload(Phase::prefill, 1, 8), setting),
                             row_of(workload(Phase::decode, 1, 8), setting)}};
  const std::string text = study_text(study);
  EXPECT_NE(text.find("per output token"), std::string::npos) << text;
  EXPECT_EQ(text.find("unknown"), std::string::npos) << text;
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
  Roofline slow = made_up_device();
  slow.link = Bandwidth{1e6};
  const CountedWorkload two =
      counted_workload(workload(Phase::decode, 1, 2048), {.devices = 2}, work);
  EXPECT_EQ(study_row(two, work, slow).bound, "link");
  EXPECT_EQ(study_row(two, work, made_up_device()).bound, "unknown");
}

TEST(Study, WhatAMachineWouldTakeStandsBesideTheRoofWithItsShareOfKernels) {
  const WorkModel work = registry_work_model();
  const Predict predict = [](const CountedOperator& op) -> Prediction {
    const bool product = op.kernel == "gemm" || op.kernel == "gemv";
    return {Seconds{product ? 3.0 : 1.0}, product ? "measured" : "ceiling"};
  };
  const Setting setting{.generate = 3};
  const CountedWorkload counted = counted_workload(workload(Phase::prefill, 1, 8), setting, work);
  double all = 0, products = 0;
  for (const CountedOperator& op : counted.operators) {
    const bool product = op.kernel == "gemm" || op.kernel == "gemv";
    all += static_cast<double>(op.count) * (product ? 3 : 1);
    products += product ? 3 * static_cast<double>(op.count) : 0;
  }
  const StudyRow row = study_row(counted, work, made_up_device(), predict);
  EXPECT_EQ(row.predicted, Seconds{all});
  EXPECT_EQ(row.kernels_share, products / all);
  EXPECT_EQ(row.predicted_generation, 3 * all);  // two steps of as many calls
  EXPECT_EQ(row.predicted_per_output_token, all);
  const Analysis analysis =
      analyze_model(std::span(&counted.workload, 1), setting, work, made_up_device(), predict);
  EXPECT_EQ(analysis.totals[0].predicted, row.predicted);
  EXPECT_EQ(analysis.totals[0].kernels_share, row.kernels_share);
  EXPECT_EQ(analysis.generation->predicted, Seconds{3 * all});
  EXPECT_EQ(analysis.generation->predicted_first_token, Seconds{all});
  EXPECT_FALSE(study_row(counted, work, made_up_device()).predicted);
}

TEST(Study, SecondsThatAreNotKnownSayWhy) {
  const WorkModel work = registry_work_model();
  const CountedWorkload counted = counted_workload(workload(Phase::decode, 1, 8), {}, work);
  EXPECT_EQ(study_row(counted, work, Roofline{}).reason,
            "no hardware was named; pass --hardware or --peak and --bandwidth");
  const CountedWorkload shared =
      counted_workload(workload(Phase::decode, 1, 8), {.devices = 2}, work);
  EXPECT_EQ(study_row(shared, work, made_up_device()).reason,
            "the bandwidth between devices is not known; pass --link");
  EXPECT_EQ(study_row(counted, work, made_up_device()).reason, "");
}

TEST(Study, WhatCouldNotBeCountedHasNoFigures) {
  Study study{.title = "t"};
  study.rows = {row_of(workload(Phase::decode, 1, 8)), {.model = "m", .reason = "too large"}};
  const JsonView rows = JsonView::parse(study_json(study), "study").at("rows");
  EXPECT_EQ(rows.elements()[1].at("reason").text(), "too large");
  EXPECT_FALSE(rows.elements()[1].has("ops"));
  EXPECT_FALSE(rows.elements()[1].has("batch"));
  EXPECT_TRUE(rows.elements()[0].has("ops"));
  EXPECT_EQ(study_text(study).find("0 op"), std::string::npos);
  EXPECT_NE(study_csv(study).find("\nm,,,,,"), std::string::npos);
}

}  // namespace
}  // namespace roofmark
