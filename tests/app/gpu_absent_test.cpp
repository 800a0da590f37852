// A machine without a GPU: its rows say so, and asking for one is refused.
#include <gtest/gtest.h>

#include <sstream>

#include "harness/cuda_devices.h"
#include "tests/app/program.h"

namespace roofmark {
namespace {

TEST(RunWithoutAGpu, ListsTheRowsOfAGpuWithTheReason) {
  const CudaDevices devices = cuda_devices();
  if (!devices.gpus.empty()) GTEST_SKIP() << "there is a CUDA device";
  const Outcome dry = run_program({"run", "--dry-run"});
  ASSERT_EQ(dry.code, 0) << dry.err;
  if (devices.runtime.empty()) {
    EXPECT_EQ(dry.out.find("/cuda/"), std::string::npos);
    GTEST_SKIP() << devices.reason;
  }
  int rows = 0;
  std::istringstream lines(dry.out);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("/cuda/") == std::string::npos) continue;
    ++rows;
    EXPECT_NE(line.find("  -- no CUDA device"), std::string::npos) << line;
  }
  EXPECT_GT(rows, 0);
}

TEST(RunWithoutAGpu, RefusesWhereOneWasAskedFor) {
  if (!cuda_devices().gpus.empty()) GTEST_SKIP() << "there is a CUDA device";
  const Outcome outcome = run_program({"run", "--dry-run", "--device", "cpu,cuda"});
  EXPECT_EQ(outcome.code, 77);
  EXPECT_NE(outcome.err.find("there is no CUDA device here"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace roofmark
