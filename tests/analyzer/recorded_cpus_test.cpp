// What recorded machines could reach at most: their cores by kind, their memory by its channels.
#include <gtest/gtest.h>

#include "analyzer/from_run.h"
#include "tests/analyzer/run_builder.h"
#include "tests/harness/recorded.h"

namespace roofmark {
namespace {

/// The theoretical of one row on that machine, at the tests' clock.
Known<double> bound(const std::string& machine, Measurement row) {
  roofmark::Run run;
  run.machine = discover(recorded(machine));
  run.rows = {std::move(row)};
  return analyze_run(run).ceilings.at(0).theoretical;
}

Measurement fma(const std::string& isa, int threads, const std::string& cores = "") {
  Measurement row = fma_row(isa, threads, 1);
  row.conditions.cores = cores;
  return row;
}

Measurement reading(int threads, const std::string& node = "") {
  Measurement row = stream_row("read", "dram", threads, 1e9);
  row.conditions.node = node;
  return row;
}

TEST(RecordedCpus, TwoSocketsHaveTheChannelsOfTwoAndANodeThoseOfOne) {
  EXPECT_EQ(bound("epyc-9554-2s", fma("avx512", 128)), 128 * 32 * test_clock_hz);
  EXPECT_EQ(bound("epyc-9554-2s", fma("avx512", 256)), 128 * 32 * test_clock_hz);
  EXPECT_EQ(bound("epyc-9554-2s", reading(128)), 2 * 460.8e9);
  EXPECT_EQ(bound("epyc-9554-2s", reading(64, "1")), 460.8e9);
  EXPECT_EQ(bound("epyc-9554-2s", reading(64, "0:1")), 460.8e9);
}

TEST(RecordedCpus, AHybridCpuHasARatePerKindOfCore) {
  EXPECT_EQ(bound("i9-13900k", fma("avx2", 8, "p")), 8 * 32 * test_clock_hz);
  EXPECT_EQ(bound("i9-13900k", fma("avx2", 16, "p")), 8 * 32 * test_clock_hz);
  EXPECT_EQ(bound("i9-13900k", fma("avx2", 16, "e")), 16 * 16 * test_clock_hz);
  EXPECT_EQ(bound("i9-13900k", fma("avx2", 24)), std::nullopt);
  EXPECT_EQ(bound("i9-13900k", reading(24)), std::nullopt);  // sold with memory of several rates
}

TEST(RecordedCpus, AnArmServerIsBoundedAtTheLengthOfItsVectors) {
  EXPECT_EQ(bound("graviton3", fma("sve", 64)), 64 * 32 * test_clock_hz);
  EXPECT_EQ(bound("graviton3", fma("neon", 64)), 64 * 32 * test_clock_hz);
  EXPECT_EQ(bound("graviton3", reading(64)), 307.2e9);  // all 64 cores: guest or not
}

TEST(RecordedCpus, BoardsAreBoundedToo) {
  EXPECT_EQ(bound("raspberry-pi-5", fma("neon", 4)), 4 * 16 * test_clock_hz);
  EXPECT_EQ(bound("raspberry-pi-5", reading(4)), 17.1e9);
  EXPECT_EQ(bound("jetson-orin", fma("neon", 8)), 8 * 16 * test_clock_hz);
}

TEST(RecordedCpus, AGuestOfTwoCoresHasCoresButNoKnownMemory) {
  EXPECT_EQ(bound("vm-epyc-2c", fma("avx512", 2)), 2 * 64 * test_clock_hz);
  EXPECT_EQ(bound("vm-epyc-2c", reading(2)), std::nullopt);
}

}  // namespace
}  // namespace roofmark
