#include "analyzer/prediction.h"

#include <gtest/gtest.h>

#include <cmath>

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

TEST(Prediction, BeyondTheRowsAndOfOtherKernelsItIsTheCeiling) {
  Measured measured;
  measured.add(square(99), work(99), 300);
  measured.add(square(399), work(399), 500);
  const Prediction beyond = measured.predicted(square(1000), work(1000));
  EXPECT_EQ(beyond.provenance, "ceiling");
  EXPECT_EQ(beyond.seconds, Seconds{1000});
  EXPECT_EQ(measured.predicted(square(199), work(199), "norm").provenance, "ceiling");
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
