// Kernels' samples beside those of the probe that bounds them: shares, and a ceiling's best moment.
#include "core/pairs.h"

#include <gtest/gtest.h>

#include "analyzer/from_run.h"
#include "analyzer/report/ladder.h"
#include "tests/analyzer/run_builder.h"

namespace roofmark {
namespace {

TEST(Pairs, AShareIsTheMedianOfPairedRatiosOfBytes) {
  roofmark::Run run = zen5_run();
  const Measurement memory = stream_row("read", "dram", 1, 0x1p30);
  Measurement gemv = kernel_row("gemv", reading(0x1p29), 1, memory);
  gemv.pairs.assign(9, {1, 1.25});
  gemv.pairs.push_back({1, 1});
  gemv.pairs.push_back({2, 1});
  run.rows = {memory, fma_row("avx512", 1, 64), gemv};
  const Point point = analyze_run(run, {.bandwidth = Bandwidth{0x1p31}}).points.at(0);
  EXPECT_EQ(point.bound, "memory");
  EXPECT_EQ(point.ceiling, memory.id);
  EXPECT_EQ(point.intensity, 0.5);
  EXPECT_EQ(point.achieved, 0x1p28);
  EXPECT_EQ(point.attainable_measured, 0x1p28 / 0.625);  // at that moment
  EXPECT_EQ(point.attainable_theoretical, 0x1p30);
  EXPECT_EQ(point.share_measured, 0.625);  // 2^29 / 1 against 2^30 / 1.25
  EXPECT_EQ(point.share_theoretical, 0.25);
  EXPECT_EQ(point.grade, 'A');
}

TEST(Pairs, DisturbedPairsCountOnlyWhereTooFewAreClean) {
  roofmark::Run run = zen5_run();
  const Measurement memory = stream_row("read", "dram", 1, 0x1p30);
  Measurement gemv = kernel_row("gemv", reading(0x1p29), 1, memory);
  gemv.pairs.assign(5, {1, 1.5});
  for (int i = 0; i < 20; ++i) gemv.pairs.push_back({1, 1, "quiet"});
  run.rows = {memory, fma_row("avx512", 1, 64), gemv};
  EXPECT_EQ(analyze_run(run, {.bandwidth = Bandwidth{0x1p31}}).points.at(0).share_measured, 0.75);
  gemv.pairs.erase(gemv.pairs.begin());
  gemv.pairs.push_back({1, 4, "stolen"});
  run.rows.back() = gemv;
  const Point point = analyze_run(run, {.bandwidth = Bandwidth{0x1p31}}).points.at(0);
  EXPECT_EQ(point.share_measured, 0.5);  // the twenty and the four; never what was stolen from
  EXPECT_EQ(point.grade, 'C');
  EXPECT_NE(point.reason.find("20 of 24 pairs disturbed"), std::string::npos);
}

TEST(Pairs, WhatWasAttainableBesideAContendedRowIsTheProbesMedianAndSaysSo) {
  roofmark::Run run = zen5_run();
  const Measurement memory = stream_row("read", "dram", 1, 0x1p30);
  Measurement gemv = kernel_row("gemv", reading(0x1p29), 1, memory);
  gemv.contended = true;
  gemv.samples_s = {0.5, 0.5, 1, 1, 1};  // achieved: the 90th percentile of rate
  gemv.flags.assign(5, "quiet");
  gemv.clock_hz.resize(5);
  gemv.pairs.clear();
  for (const double seconds : gemv.samples_s) gemv.pairs.push_back({seconds, 2, "quiet"});
  run.rows = {memory, fma_row("avx512", 1, 64), gemv};
  Point point = analyze_run(run).points.at(0);
  EXPECT_EQ(point.achieved, 0x1p29);
  EXPECT_EQ(point.share_measured, 1);                // median: a second beside two
  EXPECT_EQ(point.attainable_measured, 0x1p29 / 2);  // 2^30 bytes in two seconds
  EXPECT_NE(point.reason.find("achieved is the 90th percentile"), std::string::npos);
  run.rows[2].contended = false;
  run.rows[2].flags.assign(5, "");
  EXPECT_EQ(analyze_run(run).points.at(0).reason.find("90th percentile"), std::string::npos);
}

TEST(Pairs, DisturbedPairsNeverRefuse) {
  roofmark::Run run = zen5_run();
  const Measurement memory = stream_row("read", "dram", 1, 0x1p30);
  Measurement gemv = kernel_row("gemv", reading(0x1p29), 1, memory);
  gemv.pairs.assign(5, {1, 8, "switched"});  // the probe met another neighbour
  run.rows = {memory, fma_row("avx512", 1, 64), gemv};
  const Point point = analyze_run(run, {.bandwidth = Bandwidth{0x1p31}}).points.at(0);
  EXPECT_EQ(point.share_measured, 0.5);  // of the ceiling
  EXPECT_EQ(point.grade, 'C');
}

TEST(Pairs, WhatStandsAboveADisturbedCeilingIsNotJudged) {
  roofmark::Run run = zen5_run();
  Measurement memory = stream_row("read", "dram", 1, 0x1p30);
  memory.contended = true;
  memory.flags.assign(memory.samples_s.size(), "quiet");
  Measurement gemv = kernel_row("gemv", reading(0x1p31), 1, memory);
  gemv.pairs.clear();
  run.rows = {memory, fma_row("avx512", 1, 64), gemv};
  const Point point = analyze_run(run).points.at(0);
  EXPECT_EQ(point.grade, 'C');
  EXPECT_EQ(point.share_measured, std::nullopt);
  EXPECT_EQ(point.attainable_measured, std::nullopt);
  EXPECT_FALSE(plottable(point));
}

TEST(Pairs, AMemoryCeilingIsTheHighestMedianOfItsProbe) {
  roofmark::Run run = zen5_run();
  const Measurement memory = stream_row("read", "dram", 1, 0x1p30);
  Measurement gemv = kernel_row("gemv", reading(0x1p29), 1, memory);
  gemv.pairs.assign(5, {0.5, 0.5});  // the probe reads 2^30 bytes in half of its own row's second
  run.rows = {memory, fma_row("avx512", 1, 64), gemv};
  const Analysis analysis = analyze_run(run);
  EXPECT_EQ(analysis.ceilings[0].value, 0x1p31);
  EXPECT_EQ(analysis.ceilings[0].from, gemv.id);
  EXPECT_EQ(analysis.ceilings[0].grade, 'B');
  EXPECT_EQ(measured_roofline(run, analysis, "cpu").bandwidth, Bandwidth{0x1p31});
  run.rows[2].pairs.resize(4);
  EXPECT_EQ(analyze_run(run).ceilings[0].from, memory.id);  // four pairs say nothing
  run.rows[2].pairs.assign(5, {0.5, 0.5});
  const Analysis bounded = analyze_run(run, {.bandwidth = Bandwidth{0x1p30}});
  EXPECT_EQ(bounded.ceilings[0].value, 0x1p30);  // not above what it can be
}

TEST(Pairs, AShareOfASlowedProbeSaysSoAndWhatItIsOfTheCeiling) {
  roofmark::Run run = zen5_run();
  const Measurement fma = fma_row("avx512", 1, 64);
  Measurement gemm = kernel_row("gemm", {.ops = fma.work.ops, .read = Bytes{1}}, 1, fma);
  const double own_s = fma.samples_s[0];
  gemm.samples_s.assign(gemm.samples_s.size(), 2.5 * own_s);
  gemm.pairs.assign(10, {2.5 * own_s, 2 * own_s});  // the probe needs twice its own row's time
  run.rows = {fma, stream_row("read", "dram", 1, 0x1p30), gemm};
  const Point slowed = analyze_run(run).points.at(0);
  EXPECT_NEAR(slowed.share_measured.value_or(0), 0.8, 1e-6);
  EXPECT_EQ(slowed.grade, 'C');
  EXPECT_NE(slowed.reason.find("ran at 50.0 % of its own ceiling, of which this row is 40.0 %"),
            std::string::npos)
      << slowed.reason;
  run.rows[2].pairs.assign(10, {2.5 * own_s, 1.2 * own_s});
  const Point slower = analyze_run(run).points.at(0);
  EXPECT_NE(slower.reason.find("ran at 83.3 % of its own ceiling"), std::string::npos);
  EXPECT_EQ(slower.grade, 'A');
  run.rows[2].pairs.assign(10, {2.5 * own_s, 1.04 * own_s});
  EXPECT_EQ(analyze_run(run).points.at(0).reason.find("ran at"), std::string::npos);
}

TEST(Pairs, ScatteredPairsLowerTheGrade) {
  roofmark::Run run = zen5_run();
  const Measurement fma = fma_row("avx512", 1, 64);
  Measurement gemm = kernel_row("gemm", {.ops = Ops{0x1p37}, .read = Bytes{1}}, 1, fma);
  gemm.pairs = {{1, 1}, {1.2, 1}, {0.8, 1}, {1.25, 1}, {0.75, 1}};
  run.rows = {fma, stream_row("read", "dram", 1, 0x1p30), gemm};
  const Point point = analyze_run(run).points.at(0);
  EXPECT_GT(*point.share_spread, 0.1);
  EXPECT_EQ(point.grade, 'B');
}

}  // namespace
}  // namespace roofmark
