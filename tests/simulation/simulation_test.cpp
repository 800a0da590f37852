// What docs/tracking.md claims of the method, on fewer histories than its tables have and with
// seeds of their own.
#include <gtest/gtest.h>

#include "analyzer/tracking/change.h"
#include "tests/simulation/trials.h"

namespace roofmark::simulation {
namespace {

Setting reduced(std::uint64_t seed) { return {.series = 20, .checks = 60, .seed = seed}; }

TEST(Simulation, UnchangedSeriesAreHardlyCalledDifferentAndNeverConfirmed) {
  std::uint64_t seed = 900;
  for (const Scatter& scatter : scatters()) {
    const CheckCounts counts = run_checks(scatter, {}, reduced(++seed));
    // A machine that went to its other speed did become different.
    const double most = scatter.speeds > least_floor ? 0.05 : 0.005;
    EXPECT_LE(static_cast<double>(counts.flagged), most * static_cast<double>(counts.judged))
        << scatter.name;
    EXPECT_LE(static_cast<double>(counts.blamed), 0.005 * static_cast<double>(counts.judged))
        << scatter.name;
    EXPECT_EQ(counts.false_checks, 0u) << scatter.name;
  }
}

TEST(Simulation, AFivePercentSlowdownIsFoundAtOnePercentNoise) {
  Setting setting = reduced(2);
  setting.checks = 200;
  setting.series = 10;
  const CheckCounts counts = run_checks(scatters().front(), {.kernel = 0.05}, setting);
  EXPECT_GE(counts.found, 190u);
  EXPECT_EQ(counts.named_kernel, counts.found);
}

TEST(Simulation, ASlowKernelIsFoundUnderAMemoryThatMoves) {
  const CheckCounts counts = run_checks(scatters().back(), {.kernel = 0.10}, reduced(3));
  EXPECT_GE(counts.found, 57u);
  EXPECT_EQ(counts.named_kernel, counts.found);
}

const Scatter& scatter_named(const std::vector<Scatter>& all, const std::string& part) {
  for (const Scatter& one : all) {
    if (one.name.find(part) != std::string::npos) return one;
  }
  ADD_FAILURE() << "no history with " << part;
  return all.front();
}

TEST(Simulation, ASlowKernelIsFoundAtEitherSpeedOfItsMachineAndNamed) {
  const std::vector<Scatter> all = scatters();
  const CheckCounts counts =
      run_checks(scatter_named(all, "two speeds"), {.kernel = 0.10}, reduced(5));
  EXPECT_GE(counts.named_kernel, 56u);
}

TEST(Simulation, StrayRoundsHideNoSlowKernel) {
  const std::vector<Scatter> all = scatters();
  const CheckCounts counts =
      run_checks(scatter_named(all, "either way"), {.kernel = 0.10}, reduced(6));
  EXPECT_GE(counts.found, 42u);
}

TEST(Simulation, ASlowMachineBlamesNoKernel) {
  const CheckCounts counts = run_checks(scatters().front(), {.machine = 0.10}, reduced(4));
  EXPECT_EQ(counts.named_machine, 60u);
}

TEST(Simulation, ThreeRoundsAfterAStepItIsFoundAndFlatHistoriesHaveNone) {
  const Scatter noise = scatters().front();
  for (const int before : {15, 30, 60, 200}) {
    const auto seed = static_cast<std::uint64_t>(before);
    EXPECT_GE(find_steps(noise, before, 3, 0.03, 3, 300, 10'000 + seed).found, 270u) << before;
    EXPECT_LE(find_steps(noise, before, 3, 0, 3, 300, 20'000 + seed).any, 15u) << before;
  }
}

TEST(Simulation, FlatHistoriesOfOtherNoiseHaveNoMoreChangePoints) {
  for (const Scatter& noise : scatters()) {
    if (noise.drift != 0) continue;  // that one does change
    EXPECT_LE(find_steps(noise, 30, 3, 0, 3, 300, 30'000).any, 18u) << noise.name;
  }
}

}  // namespace
}  // namespace roofmark::simulation
