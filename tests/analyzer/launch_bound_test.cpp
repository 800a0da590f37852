// Which rows are measured against the launch instead of a roof, and what they and their neighbours
// say of it.
#include <gtest/gtest.h>

#include "analyzer/from_run.h"
#include "tests/analyzer/run_builder.h"

namespace roofmark {
namespace {

TEST(LaunchBound, AKernelSmallerThanAForkAndJoinIsLaunchBound) {
  roofmark::Run run = zen5_run();
  const Measurement memory = stream_row("triad", "dram", 2, 0x1p30);
  const Measurement fork = timed("fork_join", "openmp", Role::overhead_probe, 2, {}, 0x1p-10);
  run.rows = {memory, fork, fma_row("avx512", 2, 64),
              kernel_row("norm", reading(0x1p19), 0x1p-9, memory)};
  const Point point = analyze_run(run).points.at(0);
  EXPECT_EQ(point.bound, "launch");
  EXPECT_EQ(point.ceiling, fork.id);
  EXPECT_EQ(point.overhead_share, 0.5);
  EXPECT_EQ(point.share_measured, std::nullopt);
  EXPECT_EQ(*point.attainable_measured, 2 * *point.achieved) << "its work in one fork and join";
  EXPECT_EQ(point.reason, "launch-bound: at its roof it would take 0.50 of a fork and join");
}

TEST(LaunchBound, ARowNearTheLaunchBoundOnesSaysHowFarFromThemItIs) {
  roofmark::Run run = zen5_run();
  const Measurement memory = stream_row("triad", "dram", 2, 0x1p30);
  const Measurement fork = timed("fork_join", "openmp", Role::overhead_probe, 2, {}, 0x1p-10);
  const Measurement near = kernel_row("norm", reading(0x1p20), 0x1p-9, memory),
                    far = kernel_row("norm", reading(0x1p20), 0x1p-6, memory);
  for (const auto& [row, share] : {std::pair(near, 0.5), std::pair(far, 0x1p-4)}) {
    run.rows = {memory, fork, fma_row("avx512", 2, 64), row};
    const Point point = analyze_run(run).points.at(0);
    EXPECT_EQ(point.bound, "memory");
    EXPECT_EQ(point.overhead_share, share);
    EXPECT_EQ(point.reason.find("not launch-bound: at its roof it would take 1.00 of a fork and "
                                "join, which is 50.0 % of its time") != std::string::npos,
              share == 0.5)
        << point.reason;
  }
}

TEST(LaunchBound, CallsThatShareOneParallelRegionAreNever) {
  roofmark::Run run = zen5_run();
  const Measurement cache = stream_row("triad", "l2", 2, 0x1p30);
  Measurement norm = kernel_row("norm", reading(0x1p19), 0x1p-9, cache);
  norm.conditions.level = "l2";
  norm.conditions.state = "hot";
  run.rows = {cache, timed("fork_join", "openmp", Role::overhead_probe, 2, {}, 0x1p-10),
              fma_row("avx512", 2, 64), norm};
  EXPECT_EQ(analyze_run(run).points.at(0).bound, "memory");
  EXPECT_EQ(analyze_run(run).points.at(0).overhead_share, std::nullopt);
  run.rows.back().implementation = "a library 1.0";  // which starts its threads at every call
  EXPECT_EQ(analyze_run(run).points.at(0).bound, "launch");
}

TEST(LaunchBound, OfSeveralWaysToLaunchTheCheapestSaysWhatIsLaunchBound) {
  roofmark::Run run = zen5_run();
  const Measurement memory = stream_row("read", "dram", 1, 0x1p30);
  const auto launch = [](const char* variant, double seconds) {
    return timed("launch", variant, Role::overhead_probe, 1, {}, seconds);
  };
  const Measurement stream = launch("stream", 0x1p-9), graph = launch("graph", 0x1p-10),
                    wait = launch("synchronize", 0x1p-8);
  const Measurement fma = fma_row("avx512", 1, 64);
  // Ideally 2^-11 s and 2^-9 s: below the graph's cost, and between it and the others'.
  const Measurement tiny = kernel_row("norm", reading(0x1p19), 0x1p-9, memory),
                    small = kernel_row("gemv", reading(0x1p21), 0x1p-8, memory);
  for (const auto& order : {std::vector{stream, graph, wait}, std::vector{graph, wait, stream}}) {
    run.rows = {memory, fma, order[0], order[1], order[2], tiny, small};
    const std::vector<Point> points = analyze_run(run).points;
    EXPECT_EQ(points.at(0).bound, "launch");
    EXPECT_EQ(points.at(0).ceiling, graph.id);
    EXPECT_EQ(points.at(0).overhead_share, 0.5);
    EXPECT_EQ(points.at(1).bound, "memory");
  }
}

}  // namespace
}  // namespace roofmark
