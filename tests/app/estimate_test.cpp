// What a plan is said to cost, against the stopping rule that it predicts.
#include "app/estimate.h"

#include <gtest/gtest.h>

#include "kernels/registry.h"
#include "probes/registry.h"
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

  std::vector<Kernel> kernels_ = all_kernels(), probes_;
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
  policy_.target = 0.01;  // 4 % between the quartiles: 0.98 r + 1 = 0.1346 r^2, r^2 = 67.0
  const double more = seconds_of(0.004, 1, 0.04) - seconds_of(0.004, 1);
  EXPECT_NEAR(more, (67.0 - policy_.min_kept) * 0.004, 0.01);
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

/// A plan of memory's `read` probe on so many bytes, once for each.
class EstimateOfMemory : public testing::Test {
 protected:
  static constexpr std::int64_t gigabyte = 1'000'000'000;

  std::vector<Cost> costs_of_reading(const std::vector<std::int64_t>& bytes) const {
    Plan plan;
    for (const std::int64_t each : bytes) {
      plan.cases.push_back({.what = {.kernel = &read_,
                                     .variant = &read_.variants.front(),
                                     .shape = {{"bytes", each}, {"passes", 1}, {"slices", 10}},
                                     .conditions = {.level = "dram", .pages = "huge"}}});
    }
    RoughRates rates{1e12, 100e9};
    rates.filled_bytes_per_s = 10e9;
    rates.fresh_bytes_per_s = 1e9;
    return costs_of(plan, Policy{}, {{1, rates}});
  }

 private:
  static Kernel read_kernel() {
    for (Kernel& kernel : all_probes()) {
      if (kernel.name == "read") return kernel;
    }
    return {};
  }
  Kernel read_ = read_kernel();
};

TEST_F(EstimateOfMemory, IsNewAtItsFirstUseAndFilledAtEach) {
  const std::vector<Cost> costs = costs_of_reading({gigabyte, gigabyte, gigabyte / 4});
  EXPECT_NEAR(costs[0].seconds - costs[1].seconds, 1, 1e-9);             // to have it
  EXPECT_NEAR(costs[2].seconds - costs[1].seconds, 0.25 - 0.075, 0.05);  // much smaller: its own
  EXPECT_GT(costs[1].seconds, 0.1);                                      // to fill it
}

TEST_F(Estimate, AProductIsAsFastAsTheProbeOfItsFormatWhateverIsTimedBesideIt) {
  const auto seconds = [&](double probe_launch_s, int companion) {
    Plan plan;
    for (const Kernel& kernel : kernels_) {
      if (kernel.name != "gemm") continue;
      plan.cases.push_back({{.kernel = &kernel,
                             .variant = &kernel.variants.front(),
                             .shape = {{"m", 512}, {"n", 4096}, {"k", 4096}},
                             .format = kernel.variants.front().format},
                            companion});
    }
    probes_ = all_probes();
    for (const Kernel& kernel : probes_) {
      if (kernel.name != "fma") continue;
      plan.cases.push_back({.what = {.kernel = &kernel,
                                     .variant = &kernel.variants.front(),
                                     .shape = {{"ops", 1'000'000}, {"passes", 1}}}});
    }
    RoughRates rates{1e9, 1e12};
    rates.launches_s[plan.cases[1].what.id()] = probe_launch_s;
    return costs_of(plan, policy_, {{1, rates}})[0].seconds;
  };
  const double ops = 2. * 512 * 4096 * 4096;
  // Three launches settle it, one checks it, ten are samples.
  for (const int companion : {1, -1}) {
    EXPECT_NEAR(seconds(1e-6, companion) - seconds(0.5e-6, companion), 14 * ops / 0.6e6 * 0.5e-6,
                1e-6);
  }
}

TEST_F(Estimate, WhatCannotRunCostsNothing) {
  const Case absent{.kernel = &kernels_.front(), .shape = {}, .reason = "no such variant"};
  const Cost cost = cost_of(Plan{.cases = {{.what = absent}}}, policy_, {{1, {1e12, 1e9, 1}}});
  EXPECT_EQ(cost.seconds, 0);
  EXPECT_EQ(cost.memory_bytes, 0);
}

}  // namespace
}  // namespace roofmark
