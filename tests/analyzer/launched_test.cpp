// Two shares of a GPU's kernel: launched in a graph, and each launch on its own.
#include <gtest/gtest.h>

#include "analyzer/from_run.h"
#include "tests/analyzer/gpu_rows.h"

namespace roofmark {
namespace {

TEST(Launched, AGpusKernelHasAShareWithLaunchesAndOneWithout) {
  roofmark::Run run = zen5_run();
  const Measurement memory = gpu_stream_row("read", "dram", 0x1p32);
  Measurement gemv = gpu_kernel_row("gemv", reading(0x1p31), 1, memory);
  gemv.launched_s = {2, 2, 1.5, 2, 4};
  run.rows = {memory, gemv};
  const Point point = analyze_run(run).points.at(0);
  EXPECT_EQ(point.share_measured, 0.5);
  EXPECT_EQ(point.seconds_launched, 2);
  EXPECT_EQ(point.share_launched, 0.25);
  run.rows[1].launched_s.clear();
  EXPECT_EQ(analyze_run(run).points.at(0).share_launched, std::nullopt);
}

}  // namespace
}  // namespace roofmark
