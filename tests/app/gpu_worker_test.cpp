// What a GPU does to the process that measures it costs one row.
#include "app/gpu_worker.h"

#include <gtest/gtest.h>

#include "core/case.h"
#include "core/error.h"
#include "tests/core/run_fixture.h"

namespace roofmark {
namespace {

Work a_million_ops(const Shape&, const Format&) { return {.ops = Ops{1e6}}; }

/// Cases of kernels of these names, each after the other in one run.
class Bench {
 public:
  explicit Bench(const std::vector<std::string>& names, double case_limit_s = 1) {
    run_.id = "run";
    run_.started = "2026-11-22T00:00:00Z";
    run_.machine = small_machine();
    run_.policy.case_limit_s = case_limit_s;
    kernels_.reserve(names.size());
    for (const std::string& name : names) {
      kernels_.push_back(
          {.name = name, .work = a_million_ops, .variants = {{.name = "simt", .device = "cuda"}}});
      Case what{&kernels_.back(), &kernels_.back().variants[0]};
      what.shape = {{"n", static_cast<std::int64_t>(plan_.cases.size()) + 1}};
      what.device = "cuda";
      plan_.cases.push_back({what, -1});
    }
  }

  GpuWorker worker(StopAsked stop = {}) { return {{ROOFMARK_FAKE_GPU_WORKER}, run_, plan_, stop}; }
  Plan& plan() { return plan_; }
  Run& run() { return run_; }

  std::vector<Measurement> rows() {
    GpuWorker gpu(worker());
    std::vector<Measurement> all;
    for (const PlannedCase& planned : plan_.cases) all.push_back(gpu.measure(planned, nullptr));
    return all;
  }

 private:
  std::vector<Kernel> kernels_;
  Plan plan_;
  Run run_;
};

TEST(GpuWorker, OneProcessMeasuresCaseAfterCase) {
  const auto rows = Bench({"a", "b"}).rows();
  EXPECT_EQ(rows[0].reason, "machine test-2c, case 1");
  EXPECT_EQ(rows[1].reason, "machine test-2c, case 2");
  EXPECT_EQ(rows[1].id, "b/simt/f32/cuda/t1/n=2");
}

TEST(GpuWorker, ACrashCostsOneRowAndTheNextFindsANewProcess) {
  const auto rows = Bench({"a", "crashes", "b"}).rows();
  EXPECT_EQ(rows[0].status, Status::ok);
  EXPECT_EQ(rows[1].status, Status::failed);
  EXPECT_EQ(rows[1].reason, "the process that measured it died by signal 9 (Killed)");
  EXPECT_EQ(rows[1].id, "crashes/simt/f32/cuda/t1/n=2");
  EXPECT_EQ(rows[2].reason, "machine test-2c, case 1");
}

TEST(GpuWorker, AnExitSaysItsCode) {
  const auto rows = Bench({"leaves"}).rows();
  EXPECT_EQ(rows[0].reason, "the process that measured it ended with exit code 42");
}

TEST(GpuWorker, AHangIsEndedAtTheLimit) {
  Bench bench({"hangs", "a"});
  GpuWorker gpu(bench.worker());
  gpu.set_limit(0.3);
  const Measurement row = gpu.measure(bench.plan().cases[0], nullptr);
  EXPECT_EQ(row.status, Status::failed);
  EXPECT_EQ(row.reason, "the process that measured it gave no answer within 0.3 s");
  EXPECT_EQ(gpu.measure(bench.plan().cases[1], nullptr).status, Status::ok);
}

TEST(GpuWorker, AfterFiveDeathsInARowTheRestIsSkipped) {
  const auto rows = Bench({"leaves", "leaves", "leaves", "leaves", "leaves", "a"}).rows();
  EXPECT_EQ(rows[4].status, Status::failed);
  EXPECT_EQ(rows[5].status, Status::skipped);
  EXPECT_NE(rows[5].reason.find("died 5 times in a row"), std::string::npos);
}

TEST(GpuWorker, ACaseThatCannotRunStartsNoProcess) {
  Bench bench({"crashes"});
  bench.plan().cases[0].what.reason = "no CUDA device";
  const auto rows = bench.rows();
  EXPECT_EQ(rows[0].status, Status::unsupported);
  EXPECT_EQ(rows[0].reason, "no CUDA device");
}

TEST(GpuWorker, WhatLibrariesPrintIsNoAnswer) {
  const auto rows = Bench({"prints"}).rows();
  EXPECT_EQ(rows[0].reason, "machine test-2c, case 1");
}

TEST(GpuWorker, AnAnswerThatIsNoRowIsAFailedRow) {
  const auto rows = Bench({"babbles", "a"}).rows();
  EXPECT_EQ(rows[0].status, Status::failed);
  EXPECT_NE(rows[0].reason.find("answered what is no row"), std::string::npos) << rows[0].reason;
  EXPECT_EQ(rows[1].status, Status::ok);
}

TEST(GpuWorker, AnInterruptEndsTheWaiting) {
  Bench bench({"hangs"});
  int asked = 0;
  GpuWorker gpu(bench.worker([&] { return ++asked > 2; }));
  EXPECT_EQ(gpu.measure(bench.plan().cases[0], nullptr).status, Status::failed);
}

TEST(GpuWorker, CompanionAndEarlierVisitTravelWithTheCase) {
  Bench bench({"a", "probe"});
  bench.plan().cases[0].companion = 1;
  Measurement earlier = row_without_time(bench.plan().cases[0].what, Status::ok, {});
  earlier.samples_s = {1.0, 2.0};
  earlier.flags = {"", ""};
  earlier.clock_hz = {0, 0};
  GpuWorker gpu(bench.worker());
  const Measurement row = gpu.measure(bench.plan().cases[0], &earlier);
  EXPECT_EQ(row.companion, "probe/simt/f32/cuda/t1/n=2");
  EXPECT_EQ(row.samples_s, earlier.samples_s);
}

TEST(GpuWorker, AProgramThatCannotBeStartedIsAnError) {
  Bench bench({"a"});
  GpuWorker gpu({"/nowhere/roofmark", "worker"}, bench.run(), bench.plan(), {});
  EXPECT_THROW(gpu.measure(bench.plan().cases[0], nullptr), MeasurementError);
}

TEST(GpuWorker, WithoutAGpuTheRealOneSaysSo) {
  Bench bench({"a"});
  GpuWorker gpu({ROOFMARK_PROGRAM, "worker"}, bench.run(), bench.plan(), {});
  const Measurement row = gpu.measure(bench.plan().cases[0], nullptr);
  EXPECT_EQ(row.reason, "the process that measured it ended with exit code 77");
}

}  // namespace
}  // namespace roofmark
