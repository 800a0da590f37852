// Kernels full of exponentials, which no peak of multiply-adds bounds and often no memory either.
#include <gtest/gtest.h>

#include "analyzer/from_run.h"
#include "tests/analyzer/run_builder.h"

namespace roofmark {
namespace {

Measurement exp_row(double per_second) {
  Measurement row = timed("exp", "avx512", Role::compute_probe, 1, {.ops = Ops{per_second}}, 1);
  row.format = {DType::none, DType::f32, DType::f32};
  row.id = "exp/avx512/none-f32/cpu/t1";
  return row;
}

/// 2^30 exponentials of 4 operations, 8 bytes each.
const Work softmax{.ops = Ops{0x1p32},
                   .read = Bytes{0x1p32},
                   .written = Bytes{0x1p32},
                   .exponentials = Ops{0x1p30}};

TEST(Exponentials, BindWhatTheyTakeLongerForThanMemoryDoes) {
  roofmark::Run run = zen5_run();
  const Measurement memory = stream_row("copy", "dram", 1, 0x1p33, 0x1p33);  // takes 1/2 s
  run.rows = {fma_row("avx512", 1, 64), memory, exp_row(0x1p30),
              kernel_row("softmax", softmax, 2, memory)};
  const Point point = analyze_run(run).points.at(0);
  EXPECT_EQ(point.bound, "compute");
  EXPECT_EQ(point.ceiling, "exp/avx512/none-f32/cpu/t1");
  EXPECT_EQ(point.share_measured, 0.5);  // one second of two
  EXPECT_EQ(point.attainable_measured, 0x1p32);
  EXPECT_NE(point.reason.find("not what binds it here"), std::string::npos);
  EXPECT_EQ(point.grade, 'C');  // not timed beside it, and nobody states a bound
}

TEST(Exponentials, TimedBesideTheKernelAreComparedInPairs) {
  roofmark::Run run = zen5_run();
  const Measurement exponentials = exp_row(0x1p30);
  run.rows = {fma_row("avx512", 1, 64), stream_row("copy", "dram", 1, 0x1p33, 0x1p33), exponentials,
              kernel_row("softmax", softmax, 2, exponentials)};
  for (Pair& pair : run.rows[3].pairs) pair.companion_s = 1.5;  // both slower than at their best
  const Point point = analyze_run(run).points.at(0);
  EXPECT_EQ(point.share_measured, 0.75);
  EXPECT_EQ(point.ceiling, exponentials.id);
}

TEST(Exponentials, LeaveAKernelToMemoryWhereThatTakesLonger) {
  roofmark::Run run = zen5_run();
  const Measurement memory = stream_row("copy", "dram", 1, 0x1p31, 0x1p31);  // takes 2 s
  run.rows = {fma_row("avx512", 1, 64), memory, exp_row(0x1p30),
              kernel_row("softmax", softmax, 4, memory)};
  const Point point = analyze_run(run).points.at(0);
  EXPECT_EQ(point.bound, "memory");
  EXPECT_EQ(point.ceiling, memory.id);
  EXPECT_EQ(point.share_measured, 0.5);
  EXPECT_EQ(point.grade, 'B');  // nobody states the memory's bound
}

TEST(Exponentials, FasterThanTheirCeilingAreRefused) {
  roofmark::Run run = zen5_run();
  const Measurement exponentials = exp_row(0x1p30);
  run.rows = {fma_row("avx512", 1, 64), stream_row("copy", "dram", 1, 0x1p40, 0x1p40), exponentials,
              kernel_row("softmax", softmax, 0.5, exponentials)};
  EXPECT_EQ(analyze_run(run).points.at(0).grade, 'X');
}

/// Additions, whose format is that of exponentials.
Measurement addition_row(double per_second) {
  Measurement row = exp_row(per_second);
  row.kernel = "fadd";
  row.id = "fadd/avx512/none-f32/cpu/t1";
  return row;
}

TEST(Exponentials, AreNotBoundByTheRateOfAdditions) {
  roofmark::Run run = zen5_run();
  run.rows = {fma_row("avx512", 1, 64), stream_row("copy", "dram", 1, 0x1p33, 0x1p33),
              addition_row(0x1p36), exp_row(0x1p30), kernel_row("softmax", softmax, 2, exp_row(1))};
  const Analysis analysis = analyze_run(run);
  EXPECT_EQ(analysis.points.at(0).ceiling, "exp/avx512/none-f32/cpu/t1");
  const Roofline roofline = measured_roofline(run, analysis, "cpu");
  EXPECT_EQ(roofline.exponentials, OpRate{0x1p30});
  EXPECT_EQ(stand(softmax, Format{}, roofline).seconds, Seconds{1});
  run.rows.erase(run.rows.begin() + 3);
  EXPECT_FALSE(measured_roofline(run, analyze_run(run), "cpu").exponentials);
}

}  // namespace
}  // namespace roofmark
