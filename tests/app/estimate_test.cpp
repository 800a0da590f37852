// What a plan is said to cost, against the stopping rule that it predicts.
#include "app/estimate.h"

#include <gtest/gtest.h>

#include "kernels/registry.h"
#include "tests/fake_device.h"

namespace roofmark {
namespace {

class Estimate : public testing::Test {
 protected:
  /// Seconds of one f32 GEMV whose launch takes `launch_s` where memory reads 1 GB/s.
  double seconds_of(double launch_s, double kept, double spread = 0) {
    for (const Kernel& kernel : kernels_) {
      if (kernel.name != "gemv") continue;
      const auto rows = static_cast<std::int64_t>(launch_s * 1e9 / 4 / 1024);
      const Case gemv{.kernel = &kernel,
                      .variant = &kernel.variants.front(),
                      .shape = {{"n", rows}, {"k", 1024}},
                      .format = kernel.variants.front().format};
      const Plan plan{.cases = {{.what = gemv}}};
      return cost_of(plan, policy_, {{1, {1e12, 1e9, kept, spread, sample_s_}}}).seconds;
    }
    return -1;
  }

  std::vector<Kernel> kernels_ = all_kernels();
  Policy policy_{.case_limit_s = 1};
  double sample_s_ = 0;
};

TEST_F(Estimate, ALongLaunchIsSampledFiveTimes) {
  EXPECT_GT(seconds_of(0.5, 1), 5 * 0.5);
  EXPECT_LT(seconds_of(0.5, 1), 5 * 0.5 + 2);
}

TEST_F(Estimate, DroppedSamplesAreTakenAgain) {
  EXPECT_GT(seconds_of(0.02, 0.5), 1.5 * seconds_of(0.02, 1));
}

TEST_F(Estimate, ScatteredSamplesAreTakenMoreOften) {
  policy_.target = 0.01;  // 4 % between the quartiles: 1.96 x 1.25 x 4 / 1.35 squared = 52.7
  const double more = seconds_of(0.004, 1, 0.04) - seconds_of(0.004, 1);
  EXPECT_NEAR(more, (52.7 - policy_.min_kept) * 0.004, 0.01);
}

TEST_F(Estimate, TwiceTheLimitOfACaseBoundsTheTries) {
  EXPECT_GT(seconds_of(0.02, 0), 2 * policy_.case_limit_s);
  EXPECT_LT(seconds_of(0.02, 0), 2 * policy_.case_limit_s + 1);
}

TEST_F(Estimate, LongSamplesAreDisturbedMoreOftenThanShortOnes) {
  const auto seconds = [&](double launch_s, double sample_s) {
    sample_s_ = sample_s;
    return seconds_of(launch_s, 0.5);
  };
  EXPECT_LT(seconds(0.002, 0.02), 0.8 * seconds(0.002, 0));  // nearly all of them pass
  EXPECT_GT(seconds(0.02, 0.002), 1.5 * seconds(0.02, 0));   // nearly none
}

TEST_F(Estimate, WhatCannotRunCostsNothing) {
  const Case absent{.kernel = &kernels_.front(), .shape = {}, .reason = "no such variant"};
  const Cost cost = cost_of(Plan{.cases = {{.what = absent}}}, policy_, {{1, {1e12, 1e9, 1}}});
  EXPECT_EQ(cost.seconds, 0);
  EXPECT_EQ(cost.memory_bytes, 0);
}

}  // namespace
}  // namespace roofmark
