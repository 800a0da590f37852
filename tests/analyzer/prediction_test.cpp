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
           int threads = 1) {
    const std::string id =
        "gemm/" + variant + "/f32/cpu/t" + std::to_string(threads) + "/" + shape.text();
    run.rows.push_back({.id = id,
                        .kernel = "gemm",
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

  Layer predicted(const Shape& shape, const Work& work, const std::string& kernel = "gemm") {
    Layer layer{.op = "q_proj",
                .phase = "prefill",
                .kernel = kernel,
                .shape = shape,
                .format = f32,
                .count = 2,
                .work = work};
    layer.seconds = stand(work, f32, device()).seconds;
    analysis.layers = {layer};
    analysis.totals = {{.phase = "prefill"}};
    put_predictions(analysis, run, device(), "cpu");
    return analysis.layers[0];
  }
};

TEST(Prediction, BetweenTwoRowsTheShareIsLinearInTheLogarithms) {
  Measured measured;
  measured.add(square(99), work(99), 99 / 0.25);                   // a quarter of the roof
  measured.add(square(399), work(399), 399 / 1.0);                 // all of it
  const Layer layer = measured.predicted(square(199), work(199));  // 100, 200, 400: half way
  EXPECT_EQ(layer.provenance, "interpolated");
  EXPECT_NEAR(layer.predicted->value, 199 / 0.5, 1e-9);
  EXPECT_NEAR(measured.analysis.totals[0].predicted->value, 2 * 199 / 0.5, 1e-9);
}

TEST(Prediction, AtARowItIsThatRow) {
  Measured measured;
  measured.add(square(99), work(99), 300);
  measured.add(square(399), work(399), 500);
  EXPECT_NEAR(measured.predicted(square(99), work(99)).predicted->value, 300, 1e-9);
}

TEST(Prediction, BeyondTheRowsAndOfOtherKernelsItIsTheCeiling) {
  Measured measured;
  measured.add(square(99), work(99), 300);
  measured.add(square(399), work(399), 500);
  const Layer beyond = measured.predicted(square(1000), work(1000));
  EXPECT_EQ(beyond.provenance, "ceiling");
  EXPECT_EQ(beyond.predicted, beyond.seconds);
  EXPECT_EQ(measured.predicted(square(199), work(199), "norm").provenance, "ceiling");
}

TEST(Prediction, OfVariantsAndThreadsTheFastestCounts) {
  Measured measured;
  for (const auto& [variant, threads, share] :
       {std::tuple{"slow", 1, 0.1}, {"fast", 1, 0.4}, {"fast", 2, 0.8}}) {
    measured.add(square(99), work(99), 99 / share, variant, threads);
    measured.add(square(399), work(399), 399 / share, variant, threads);
  }
  EXPECT_NEAR(measured.predicted(square(199), work(199)).predicted->value, 199 / 0.8, 1e-9);
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
  const Layer layer = measured.predicted(shape(199, 199), work(199));
  EXPECT_EQ(layer.provenance, "interpolated");
  EXPECT_NEAR(layer.predicted->value, 199 / 0.5, 1e-9);
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
  Measured measured;
  Layer layer{
      .op = "q_proj", .phase = "decode", .kernel = "gemm", .shape = square(1), .work = work(1)};
  layer.attainable_theoretical = OpRate{2e12};
  measured.analysis.layers = {layer, layer};
  measured.analysis.layers[1].attainable_theoretical.reset();
  measured.analysis.totals = {{.phase = "decode"}};
  put_predictions(measured.analysis, measured.run, device(), "cpu");
  EXPECT_EQ(measured.analysis.layers[0].provenance, "spec");
  EXPECT_EQ(measured.analysis.layers[0].predicted, Seconds{0.5});
  EXPECT_FALSE(measured.analysis.layers[1].predicted);
  EXPECT_FALSE(measured.analysis.totals[0].predicted);
}

}  // namespace
}  // namespace roofmark
