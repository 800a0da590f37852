// What points say of themselves where they stand above their ceiling.
#include "analyzer/points.h"

#include <gtest/gtest.h>

#include "analyzer/from_run.h"
#include "tests/analyzer/run_builder.h"

namespace roofmark {
namespace {

const std::string within = "over 100 %: within the error of its ceiling";
const std::string apart = "over 100 %: by less than the 2 % that a ceiling may err";

/// A probe that reads 2^30 bytes in a second, ten times.
Measurement probe() { return stream_row("read", "dram", 1, 0x1p30); }

/// A kernel that reads that many times as much, beside it.
Measurement kernel(double share) { return kernel_row("gemv", reading(share * 0x1p30), 1, probe()); }

Point placed(const Measurement& row, const Measurement& ceiling = probe()) {
  Run run = zen5_run();
  run.rows = {ceiling, fma_row("avx512", 1, 64), row};
  return analyze_run(run, {.bandwidth = Bandwidth{0x1p31}}).points.at(0);
}

TEST(Points, UpTo100PercentNothingIsRemarked) {
  EXPECT_EQ(placed(kernel(0.99)).reason, "");
  EXPECT_EQ(placed(kernel(1)).reason, "");
}

TEST(Points, AboveItThePairsSayWhetherThatIsWithinTheirScatter) {
  EXPECT_EQ(placed(kernel(1.01)).reason, apart);
  EXPECT_EQ(placed(kernel(1.01)).grade, 'A');
  Measurement scattered = kernel(1.01);  // six ratios of 1.01, four of 0.99
  for (std::size_t i = 0; i < 4; ++i) scattered.pairs[i].kernel_s = 1.02;
  const Point point = placed(scattered);
  EXPECT_DOUBLE_EQ(point.share_measured.value(), 1.01);
  EXPECT_EQ(point.reason, within);
}

TEST(Points, WithoutPairsTheIntervalsOfRowAndCeilingDo) {
  Measurement alone = kernel(1.01);
  alone.pairs.clear();
  EXPECT_NE(placed(alone).reason.find(apart), std::string::npos);
  Measurement wide = probe();  // its median is what it was, its interval reaches 1 / 0.97
  for (std::size_t i = 0; i < 4; ++i) wide.samples_s[i] = 0.97;
  EXPECT_NE(placed(alone, wide).reason.find(within), std::string::npos);
  Measurement slow = alone;
  for (std::size_t i = 0; i < 4; ++i) slow.samples_s[i] = 1.03;
  EXPECT_NE(placed(slow).reason.find(within), std::string::npos);
}

TEST(Points, ARoofThatWasNotMeasuredIsSaid) {
  roofmark::Run run = zen5_run();
  run.rows = {probe(), kernel(0.5)};
  EXPECT_EQ(analyze_run(run).points.at(0).reason.find("no compute ceiling"), std::string::npos);
  const Measurement l1 = stream_row("read", "l1", 1, 0x1p30);
  Measurement hot = kernel_row("gemv", reading(0x1p29), 1, l1);
  hot.conditions.level = "l1";  // where compute may be the lower roof
  run.rows = {l1, hot};
  EXPECT_NE(analyze_run(run).points.at(0).reason.find("memory is taken to bind"),
            std::string::npos);
  const Measurement fma = fma_row("avx512", 1, 64);
  run.rows = {fma, kernel_row("gemm", {.ops = fma.work.ops, .read = Bytes{1}}, 1, fma)};
  EXPECT_NE(analyze_run(run).points.at(0).reason.find("compute is taken to bind"),
            std::string::npos);
}

TEST(Points, WhatIsRefusedHasThatReasonAlone) {
  const Point point = placed(kernel(1.2));
  EXPECT_EQ(point.grade, 'X');
  EXPECT_EQ(point.reason.find("over 100 %"), std::string::npos);
}

}  // namespace
}  // namespace roofmark
