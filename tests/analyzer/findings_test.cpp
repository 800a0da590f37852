// What a run's ceilings say together.
#include "analyzer/findings.h"

#include <gtest/gtest.h>

#include "analyzer/from_run.h"
#include "tests/analyzer/run_builder.h"

namespace roofmark {
namespace {

roofmark::Run reading(const std::vector<std::pair<int, double>>& rates) {
  roofmark::Run run = zen5_run();
  run.machine.cpu.cores = run.machine.cpu.threads = 16;
  for (const auto& [threads, rate] : rates) {
    run.rows.push_back(stream_row("read", "dram", threads, rate));
  }
  return run;
}

TEST(Findings, SayAtHowManyThreadsTheMemoryIsFastest) {
  const roofmark::Run run = reading({{1, 14e9}, {2, 27e9}, {4, 38.2e9}, {8, 35e9}, {16, 33.1e9}});
  const Analysis analysis = analyze_run(run);
  EXPECT_EQ(analysis.notes,
            (std::vector<std::string>{
                "dram read: best at 4 of 16 threads, 38.2 GB/s (all of them: 33.1 GB/s)"}));
  EXPECT_EQ(measured_roofline(run, analysis, "cpu").bandwidth, Bandwidth{38.2e9});
  EXPECT_EQ(analyze_run(reading({{1, 14e9}, {16, 90e9}})).notes,
            (std::vector<std::string>{"dram read: best at 16 of 16 threads, 90.0 GB/s"}));
  EXPECT_TRUE(analyze_run(reading({{16, 90e9}})).notes.empty());  // nothing to choose from
}

TEST(Findings, KeepNodesAndRefusedRowsApart) {
  roofmark::Run run = reading({{1, 14e9}, {2, 27e9}, {1, 20e9}, {4, 30e9}, {8, 99e9}});
  run.rows[2].conditions.node = run.rows[3].conditions.node = "0:1";
  run.rows[4].conditions.node = "0:1";
  for (std::size_t i = 2; i < 5; ++i) run.rows[i].id += ",node=0:1";
  const std::vector<std::string> notes = analyze_run(run, {.bandwidth = Bandwidth{40e9}}).notes;
  EXPECT_EQ(notes,
            (std::vector<std::string>{"dram read: best at 2 of 2 threads, 27.0 GB/s",
                                      "dram read on node 0:1: best at 4 of 4 threads, 30.0 GB/s"}));
}

Measurement at_clock(Measurement row, double hz) {
  const double scale = hz / test_clock_hz;
  for (double& clock : row.clock_hz) clock = hz;
  for (double& sample : row.samples_s) sample /= scale;
  return row;
}

TEST(Findings, SayWhichInstructionSetsRunAtAnotherClock) {
  roofmark::Run run = zen5_run();
  run.rows = {at_clock(fma_row("scalar", 1, 4), 3.7e9), at_clock(fma_row("avx2", 1, 32), 3.66e9),
              at_clock(fma_row("avx512", 1, 64), 3.1e9),
              at_clock(fma_row("avx512", 1, 32, DType::f64), 3.12e9)};
  EXPECT_EQ(
      analyze_run(run).notes,
      (std::vector<std::string>{"clock at 1 thread: avx512 runs at 3.11 GHz; scalar at 3.70 GHz"}));
  run.rows.erase(run.rows.begin());  // without scalar rows the fastest is the measure
  EXPECT_EQ(
      analyze_run(run).notes,
      (std::vector<std::string>{"clock at 1 thread: avx512 runs at 3.11 GHz; avx2 at 3.66 GHz"}));
  run.rows.push_back(at_clock(fma_row("avx512", 1, 64, DType::f16), 3.7e9));
  EXPECT_TRUE(
      analyze_run(run).notes.empty());  // a clock that wanders belongs to no instruction set
  run.rows.pop_back();
  run.rows[0].grade = 'C';  // disturbed: its clock says nothing
  EXPECT_TRUE(analyze_run(run).notes.empty());
}

}  // namespace
}  // namespace roofmark
