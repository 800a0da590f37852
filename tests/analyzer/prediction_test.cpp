#include "analyzer/prediction.h"

#include <gtest/gtest.h>

#include <cmath>
#include <span>

#include "analyzer/layers.h"
#include "analyzer/models.h"
#include "analyzer/operators.h"
#include "app/work_model.h"

namespace roofmark {
namespace {

constexpr Format f32{};

Roofline device() {
  return {
      .name = "device", .engine = {.peaks = {{"f32", OpRate{1e12}}}}, .bandwidth = Bandwidth{1e11}};
}

Shape square(std::int64_t m) { return {{"m", m}, {"n", 64}, {"k", 64}}; }

/// So that a row of m takes m seconds at the roof.
Work work(std::int64_t m) { return {.ops = Ops{static_cast<double>(m) * 1e12}}; }

/// A run of one kernel, and the analysis of it.
struct Measured {
  Run run;
  Analysis analysis;

  void add(const Shape& shape, const Work& work, double seconds, const std::string& variant = "a",
           int threads = 1, const std::string& kernel = "gemm") {
    const std::string id =
        kernel + "/" + variant + "/f32/cpu/t" + std::to_string(threads) + "/" + shape.text();
    run.rows.push_back({.id = id,
                        .kernel = kernel,
                        .variant = variant,
                        .device = "cpu",
                        .threads = threads,
                        .format = f32,
                        .shape = shape,
                        .work = work});
    Point point{.id = id, .seconds = seconds};
    point.grade = 'A';
    analysis.points.push_back(point);
  }

  Prediction predicted(const Shape& shape, const Work& work, const std::string& kernel = "gemm",
                       const Format& format = f32) {
    const Predictor predict(run, analysis, "cpu", device(), Roofline{});
    return predict(
        {.name = "q_proj", .format = format, .work = work, .kernel = kernel, .shape = shape});
  }
};

/// Rates are quotients of products, each of which rounds.
void expect_seconds(const Prediction& prediction, double seconds) {
  EXPECT_NEAR(prediction.seconds->value / seconds, 1, 1e-12);
}

TEST(Prediction, BetweenTwoRowsTheShareIsLinearInTheLogarithms) {
  Measured measured;
  measured.add(square(99), work(99), 99 / 0.25);                       // a quarter of the roof
  measured.add(square(399), work(399), 399 / 1.0);                     // all of it
  const Prediction call = measured.predicted(square(199), work(199));  // 100, 200, 400: half way
  EXPECT_EQ(call.provenance, "interpolated");
  expect_seconds(call, 199 / 0.5);
}

TEST(Prediction, AtARowItIsThatRow) {
  Measured measured;
  measured.add(square(99), work(99), 300);
  measured.add(square(399), work(399), 500);
  expect_seconds(measured.predicted(square(99), work(99)), 300);
}

TEST(Prediction, BeyondTheRowsTheNearestShareIsCarriedOver) {
  Measured measured;
  measured.add(square(99), work(99), 99 / 0.25);
  measured.add(square(399), work(399), 399 / 0.5);
  const Prediction beyond = measured.predicted(square(1000), work(1000));
  EXPECT_EQ(beyond.provenance, "extrapolated");
  expect_seconds(beyond, 1000 / 0.5);
  expect_seconds(measured.predicted(square(10), work(10)), 10 / 0.25);
  const Shape wider{{"m", 399}, {"n", 128}, {"k", 64}};
  expect_seconds(measured.predicted(wider, work(399)), 399 / 0.5);
}

TEST(Prediction, NothingJumpsWhereTheRowsEnd) {
  Measured measured;
  measured.add(square(1), work(1), 1 / 0.9, "of one row");  // says little of a hundred
  measured.add(square(1), work(1), 1 / 0.8, "library");
  measured.add(square(128), work(128), 128 / 0.4, "library");
  measured.add(square(128), work(128), 128 / 0.3, "other");
  measured.add(square(512), work(512), 512 / 0.6, "other");
  double before = measured.predicted(square(1), work(1)).seconds->value;
  for (std::int64_t m = 2; m < 1200; ++m) {
    const double now = measured.predicted(square(m), work(m)).seconds->value;
    const double size = static_cast<double>(m);
    EXPECT_GT(now, before) << m;
    EXPECT_LT(now / before, std::pow(size / (size - 1), 2.5)) << m;
    before = now;
  }
  EXPECT_EQ(measured.predicted(square(128), work(128)).provenance, "measured");
  expect_seconds(measured.predicted(square(1200), work(1200)), 1200 / 0.6);
}

TEST(Prediction, OfAnotherKernelItIsTheCeiling) {
  Measured measured;
  measured.add(square(99), work(99), 300);
  measured.add(square(399), work(399), 500);
  const Prediction call = measured.predicted(square(199), work(199), "norm");
  EXPECT_EQ(call.provenance, "ceiling");
  EXPECT_EQ(call.seconds, Seconds{199});
}

TEST(Prediction, WhatIsMeasuredInAnotherFormatHasThatFormatsRoof) {
  Measured measured;
  const Format bytes{DType::i8, DType::i8, DType::i32}, half{DType::bf16, DType::bf16, DType::f32};
  const Shape rows{{"rows", 9}, {"cols", 64}}, more{{"rows", 29}, {"cols", 64}};
  measured.add(rows, {.read = Bytes{1e11}}, 2, "a", 1, "add");  // half of the roof
  measured.run.rows.back().format = half;
  const CountedOperator call{
      .format = bytes, .work = {.read = Bytes{1.5e11}}, .kernel = "add", .shape = more};
  const WorkModel exact = [&](const Operator& op) {
    EXPECT_EQ(op.format, half);
    return Work{.read = Bytes{3e11}};
  };
  const Prediction carried =
      Predictor(measured.run, measured.analysis, "cpu", device(), Roofline{}, exact)(call);
  EXPECT_EQ(carried.provenance, "extrapolated");
  expect_seconds(carried, 6);
}

/// A run that has measured every operator of a prompt of 128 tokens at two fifths of its roof.
TEST(Prediction, OfAWholePromptItGrowsWithTheContextAcrossWhatWasMeasured) {
  const WorkModel exact = registry_work_model();
  const auto prompt = [](std::int64_t context) {
    return Workload{find_model("llama-3-8b"), Phase::prefill,
                    queries_of(Phase::prefill, 1, context), f32, DType::f32};
  };
  Measured run;
  for (const Operator& asked : operators(prompt(128))) {
    const Operator op = measured(asked);
    const Work work = exact(op);
    const double seconds = stand(work, f32, device()).seconds->value / 0.4;
    run.add(op.shape, work, seconds, "a", 1, op.kernel);
  }
  const Predictor predict(run.run, run.analysis, "cpu", device(), Roofline{}, exact);
  double before = 0;
  for (const std::int64_t context : {64, 127, 128, 129, 256, 4096}) {
    const Workload asked = prompt(context);
    const Analysis analysis =
        analyze_model(std::span(&asked, 1), Setting{}, exact, device(), predict);
    const Total& total = analysis.totals.front();
    ASSERT_TRUE(total.predicted);
    EXPECT_GT(total.predicted->value, before) << context;
    if (before > 0 && std::abs(context - 128) <= 1) {
      EXPECT_LT(total.predicted->value / before, context == 127 ? 2.5 : 1.02) << context;
    }
    EXPECT_NEAR(*total.predicted / *total.seconds * 0.4, 1, 1e-12) << context;
    if (context == 128) {
      EXPECT_EQ(total.kernels_share, 1.0);
      EXPECT_TRUE(analysis.notes.empty());
    } else {
      // Below, the head's one row and the prompt's 128 enclose products; norms have no such row.
      EXPECT_GT(*total.extrapolated_share, context > 128 ? 0.9 : 0) << context;
      ASSERT_EQ(analysis.notes.size(), 1u);
      EXPECT_NE(analysis.notes[0].find("is extrapolated: the run measured no call"),
                std::string::npos);
    }
    before = total.predicted->value;
  }
}

TEST(Prediction, OfVariantsAndThreadsTheFastestCounts) {
  Measured measured;
  for (const auto& [variant, threads, share] :
       {std::tuple{"slow", 1, 0.1}, {"fast", 1, 0.4}, {"fast", 2, 0.8}}) {
    measured.add(square(99), work(99), 99 / share, variant, threads);
    measured.add(square(399), work(399), 399 / share, variant, threads);
  }
  expect_seconds(measured.predicted(square(199), work(199)), 199 / 0.8);
}

TEST(Prediction, RowsThatEncloseAShapeInSeveralExtentsAreWeighted) {
  Measured measured;
  const auto shape = [](std::int64_t m, std::int64_t n) {
    return Shape{{"m", m}, {"n", n}, {"k", 64}};
  };
  for (const std::int64_t m : {99, 399}) {
    for (const std::int64_t n : {99, 399})
      measured.add(shape(m, n), work(m), static_cast<double>(m) / 0.5);
  }
  const Prediction call = measured.predicted(shape(199, 199), work(199));
  EXPECT_EQ(call.provenance, "interpolated");
  expect_seconds(call, 199 / 0.5);
}

TEST(Prediction, RefusedAndCachedRowsSayNothing) {
  Measured measured;
  measured.add(square(99), work(99), 300);
  measured.add(square(399), work(399), 500);
  measured.analysis.points[0].grade = 'X';
  measured.run.rows[1].conditions.level = "l2";
  EXPECT_EQ(measured.predicted(square(199), work(199)).provenance, "ceiling");
}

TEST(Prediction, WhereTheRunHasNoCeilingTheTheoreticalOneStands) {
  const roofmark::Run run;
  const CountedOperator call{.work = work(1), .kernel = "gemm", .shape = square(1)};
  Roofline theory = device();
  theory.engine.peaks["f32"] = OpRate{2e12};
  const Prediction by_theory = Predictor(run, {}, "cpu", Roofline{}, theory)(call);
  EXPECT_EQ(by_theory.provenance, "spec");
  EXPECT_EQ(by_theory.seconds, Seconds{0.5});
  const Prediction unknown = Predictor(run, {}, "cpu", Roofline{}, Roofline{})(call);
  EXPECT_FALSE(unknown.seconds);
  EXPECT_EQ(unknown.provenance, "");
}

TEST(Prediction, AGemvIsTheProductOfOneRow) {
  Measured measured;
  measured.add({{"n", 64}, {"k", 64}}, work(1), 1 / 0.25, "a", 1, "gemv");  // m + 1 = 2
  measured.add(square(7), work(7), 7 / 1.0);                                // 8
  const Prediction between = measured.predicted(square(3), work(3));        // 4: half way
  EXPECT_EQ(between.provenance, "interpolated");
  expect_seconds(between, 3 / 0.5);
  EXPECT_EQ(measured.predicted({{"n", 64}, {"k", 64}}, work(1), "gemv").provenance, "measured");
}

TEST(Prediction, WhatNoKernelAddsToAProductIsNotCompared) {
  Measured measured;
  measured.add(square(99), work(99), 300);
  measured.add(square(399), work(399), 500);
  Shape biased = square(199);
  biased.extents.push_back({"bias", 1});
  EXPECT_EQ(measured.predicted(biased, work(199)).provenance, "interpolated");
}

TEST(Prediction, WhatIsSentWaitsForTheLink) {
  Roofline linked = device();
  linked.link = Bandwidth{1e9};
  const roofmark::Run run;
  const CountedOperator sent{.link = Bytes{2e9}};
  EXPECT_EQ(Predictor(run, {}, "cpu", linked, Roofline{})(sent).seconds, Seconds{2});
  EXPECT_FALSE(Predictor(run, {}, "cpu", device(), device())(sent).seconds);
}

}  // namespace
}  // namespace roofmark
