#include "harness/measure.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "harness/probe_rates.h"
#include "tests/fake_device.h"

namespace roofmark {
namespace {

/// A task that does nothing and is as right as it is told.
class InertTask final : public Task {
 public:
  explicit InertTask(double error) : error_(error) {}
  void launch(Queue) override {}
  double error() override { return error_; }
  std::string implementation() const override { return "inert 1.0"; }

 private:
  double error_;
};

template <int PerMille>
std::unique_ptr<Task> off_by(const Case&, Device&) {
  return std::make_unique<InertTask>(PerMille / 1000.0);
}
std::unique_ptr<Task> not_a_number(const Case&, Device&) {
  return std::make_unique<InertTask>(std::nan(""));
}
std::unique_ptr<Task> too_large(const Case&, Device&) { throw std::bad_alloc(); }

Work a_million_ops(const Shape&, const Format&) { return {.ops = Ops{1e6}}; }
std::vector<Site> anywhere(const Machine&, const Variant&, int) {
  return {{.shape = {{"ops", 1000000}}}};
}
std::optional<Companion> beside_the_probe(const Shape&, int) { return Companion{"probe", {}}; }

/// One probe and one kernel bounded by it.
struct Bench {
  std::vector<Kernel> registry;
  Policy policy;
  FakeDevice device;
  std::vector<Operator> operators;

  explicit Bench(std::unique_ptr<Task> (*prepare)(const Case&, Device&) = off_by<500>) {
    registry.push_back({.name = "probe",
                        .role = Role::bandwidth_probe,
                        .work = a_million_ops,
                        .sites = anywhere,
                        .variants = {{"v", "cpu", "", Format{}, off_by<0>, {}}}});
    registry.push_back({.name = "kernel",
                        .work = a_million_ops,
                        .companion = beside_the_probe,
                        .variants = {{"v", "cpu", "", Format{}, prepare, {}}}});
    operators.push_back({.name = "op", .kernel = "kernel", .shape = {{"n", 8}}});
    policy.threads = {1};
  }

  std::vector<Measurement> rows() {
    const Plan planned = plan(registry, device.machine_facts, operators, policy);
    std::vector<Measurement> all;
    EXPECT_TRUE(
        measure(planned, policy, device, [&](const Measurement& row) { all.push_back(row); }, {}));
    return all;
  }
  Measurement row(const std::string& kernel) {
    for (const Measurement& found : rows()) {
      if (found.kernel == kernel) return found;
    }
    ADD_FAILURE() << "no row of " << kernel;
    return {};
  }
};

TEST(Measure, ASampleIsTheDevicesOwnTimePerLaunch) {
  Bench bench;
  bench.device.seconds_per_launch = 2e-3;
  const Measurement row = bench.row("probe");
  EXPECT_EQ(row.status, Status::ok);
  EXPECT_EQ(row.launches, 1);
  EXPECT_EQ(row.samples_s, std::vector<double>(10, 2e-3));
  EXPECT_EQ(row.flags, std::vector<std::string>(10, ""));
  EXPECT_EQ(row.clock_hz, std::vector<double>(10, 4e9));
  EXPECT_EQ(row.grade, 'A');
}

TEST(Measure, ShortLaunchesAreRepeatedUntilASampleIsLongEnough) {
  Bench bench;
  bench.device.seconds_per_launch = 0x1p-20;  // about 1 us; sums of powers of two are exact
  const Measurement row = bench.row("kernel");
  EXPECT_GE(static_cast<double>(row.launches) * 0x1p-20, bench.policy.sample_s);
  EXPECT_LE(static_cast<double>(row.launches) * 0x1p-20, 2 * bench.policy.sample_s);
  for (const double sample : row.samples_s) EXPECT_EQ(sample, 0x1p-20);
}

TEST(Measure, EveryKernelSampleIsPairedWithOneOfItsProbe) {
  Bench bench;
  const Measurement row = bench.row("kernel");
  EXPECT_EQ(row.companion, "probe/v/f32/cpu/t1/ops=1000000");
  EXPECT_EQ(row.pairs, std::vector<Pair>(10, {1e-3, 1e-3}));
  EXPECT_EQ(row.implementation, "inert 1.0");
  EXPECT_EQ(row.error, 0.5);
}

/// Others move a megabyte during each launch.
class LoadedTask final : public Task {
 public:
  void launch(Queue) override {}
  double error() override { return 0; }
  std::optional<double> load_bytes() override { return 1e6; }
};

TEST(Measure, WhatOthersMovedMeanwhileIsKeptPerSecondOfEachSample) {
  Bench bench;
  bench.registry.front().variants.front().prepare = [](const Case&, Device&) {
    return std::unique_ptr<Task>(new LoadedTask);
  };
  EXPECT_EQ(bench.row("probe").load_bytes_s, std::vector<double>(10, 1e6 / 1e-3));
  EXPECT_TRUE(bench.row("kernel").load_bytes_s.empty());
}

TEST(Measure, APointOfACurveIsSampledBriefly) {
  Bench bench;
  bench.policy.case_limit_s = 10;
  bench.policy.target = 1e-9;  // never met
  bench.device.script = [](int sample) { return sample % 2 == 0 ? 1e-3 : 2e-3; };
  const std::size_t all = bench.row("probe").samples_s.size();
  EXPECT_EQ(static_cast<int>(all), bench.policy.max_samples);
  bench.registry.front().brief = true;
  const std::size_t few = bench.row("probe").samples_s.size();
  EXPECT_GE(static_cast<int>(few), bench.policy.min_kept);
  EXPECT_LT(few, all / 4);
}

TEST(Measure, AWrongResultGetsNoTime) {
  Bench bench(off_by<1001>);
  const Measurement row = bench.row("kernel");
  EXPECT_EQ(row.status, Status::failed);
  EXPECT_EQ(row.error, 1.001);
  EXPECT_TRUE(row.samples_s.empty());
  EXPECT_NE(row.reason, "");
}

TEST(Measure, ANanErrorIsAWrongResultAndAFiniteNumberInTheRow) {
  Bench bench(not_a_number);
  const Measurement row = bench.row("kernel");
  EXPECT_EQ(row.status, Status::failed);
  EXPECT_TRUE(std::isfinite(row.error));
}

TEST(Measure, OperandsThatDoNotFitAreARowWithAReason) {
  Bench bench(too_large);
  const Measurement row = bench.row("kernel");
  EXPECT_EQ(row.status, Status::skipped);
  EXPECT_NE(row.reason.find("memory"), std::string::npos);
}

TEST(Measure, AnInstructionSetTheCpuLacksIsARowWithAReason) {
  Bench bench;
  bench.registry[0].variants[0].needs = "avx512";
  const Measurement row = bench.row("probe");
  EXPECT_EQ(row.status, Status::unsupported);
  EXPECT_EQ(row.reason, "needs avx512, which this CPU lacks");
  EXPECT_EQ(bench.row("kernel").companion, "");  // and nobody is paired with it
}

/// A core comes to that clock while it runs.
class ClockedTask final : public Task {
 public:
  ClockedTask(FakeDevice& device, double hz) : device_(device), hz_(hz) {}
  void launch(Queue) override { device_.clock_hz = hz_; }
  double error() override { return 0; }

 private:
  FakeDevice& device_;
  double hz_;
};

template <int MHz>
std::unique_ptr<Task> clocked(const Case&, Device& device) {
  return std::make_unique<ClockedTask>(dynamic_cast<FakeDevice&>(device), MHz * 1e6);
}

TEST(Measure, BothOfAPairAreTimedAtTheirOwnClockWhereTheyHaveTwo) {
  Bench bench(clocked<3600>);
  bench.registry[0].variants[0].prepare = clocked<4100>;
  const Measurement row = bench.row("kernel");
  const auto moved = std::count_if(row.pairs.begin(), row.pairs.end(),
                                   [](const Pair& pair) { return pair.flag == "clock"; });
  EXPECT_EQ(moved, 3);  // after which it is known
  EXPECT_EQ(row.pairs.size(), 13u);
  EXPECT_FALSE(row.contended);
  EXPECT_EQ(row.clock_hz.back(), 3.6e9);
}

TEST(Measure, DisturbedSamplesAreKeptInTheFileAndDroppedFromTheCount) {
  Bench bench;
  bench.policy.filter = "^probe";
  bench.device.disturb = [](int reading, Reading& r) {
    if (reading >= 2 && reading % 3 == 2)
      r.cores[0].quiet = 0.5;  // spoils the sample on either side
  };
  const Measurement row = bench.row("probe");
  std::size_t kept = 0;
  for (const std::string& flag : row.flags) {
    EXPECT_TRUE(flag.empty() || flag == "quiet") << flag;
    kept += flag.empty();
  }
  EXPECT_EQ(kept, 10u);
  EXPECT_GT(row.flags.size(), 20u);
  EXPECT_EQ(row.grade, 'C');  // fewer than 70 % were kept
  EXPECT_FALSE(row.contended);
}

TEST(Measure, WhereNothingPassesTheGateTheTriesAreBoundedAndTheRowIsContended) {
  Bench bench;
  bench.policy.filter = "^probe";
  bench.device.disturb = [](int, Reading& r) { r.cores[0].quiet = 0.5; };
  const Measurement row = bench.row("probe");
  EXPECT_TRUE(row.contended);
  EXPECT_EQ(row.grade, 'C');
  EXPECT_LE(row.samples_s.size(),
            static_cast<std::size_t>(2 * bench.policy.case_limit_s / 1e-3) + 1);
}

TEST(Measure, ADisturbedCoreBoundCaseIsVisitedASecondTimeAndKeepsItsSamples) {
  Bench bench;
  bench.registry[0].role = Role::compute_probe;
  bench.policy.filter = "^probe";
  bench.policy.max_samples = 120;
  bench.device.seconds_per_launch = 0x1p-13;
  bench.device.disturb = [](int reading, Reading& r) {
    if (reading < 150) r.cores[0].quiet = 0.5;  // the first visit's, and some of the second's
  };
  const Measurement probe = bench.row("probe");
  EXPECT_FALSE(probe.contended);
  EXPECT_GT(std::count(probe.flags.begin(), probe.flags.end(), "quiet"), 120);
  EXPECT_GE(std::count(probe.flags.begin(), probe.flags.end(), ""), bench.policy.min_kept);
  EXPECT_EQ(probe.grade, 'C');  // more than 30 % were dropped
}

TEST(Measure, ACoreBoundCaseThatRanAtTwoSpeedsIsContended) {
  Bench bench;
  bench.registry[0].role = Role::compute_probe;
  bench.policy.filter = "^probe";
  bench.device.seconds_per_launch = 0x1p-13;
  bench.device.disturb = [&](int reading, Reading&) {
    if (reading > 60) bench.device.seconds_per_launch = 0x1p-12;  // and no gate sees it
  };
  const Measurement probe = bench.row("probe");
  EXPECT_TRUE(probe.contended);
  EXPECT_EQ(probe.grade, 'C');
  EXPECT_EQ(std::count(probe.flags.begin(), probe.flags.end(), ""),
            static_cast<std::ptrdiff_t>(probe.flags.size()));
}

/// Both cases contended, the probe planned first; what is kept when `stop` is asked.
std::vector<std::string> kept_until(bool (*stop)(const std::vector<std::string>&)) {
  Bench bench;
  bench.registry[0].role = Role::compute_probe;
  bench.device.disturb = [](int, Reading& r) { r.cores[0].quiet = 0.5; };
  Plan planned;
  do {
    ++bench.policy.seed;
    planned = plan(bench.registry, bench.device.machine_facts, bench.operators, bench.policy);
  } while (planned.cases[0].what.kernel->name != "probe");
  std::vector<std::string> kept;
  measure(
      planned, bench.policy, bench.device,
      [&](const Measurement& row) { kept.push_back(row.kernel); }, [&] { return stop(kept); });
  return kept;
}

TEST(Measure, ASecondVisitComesAfterAllOthersAndIsNotNeededToKeepTheFirst) {
  const std::vector<std::string> both{"kernel", "probe"};
  EXPECT_EQ(kept_until([](const auto&) { return false; }), both);
  EXPECT_EQ(kept_until([](const auto& kept) { return !kept.empty(); }), both);
}

/// The kernel's row where its probe first runs at `slowed` of its rate beside it, then at `later`.
/// The probe's own row, and the kernel, take a millisecond.
Measurement beside_a_probe_at(double slowed, double later) {
  Bench bench;
  Plan planned;
  do {
    ++bench.policy.seed;
    planned = plan(bench.registry, bench.device.machine_facts, bench.operators, bench.policy);
  } while (planned.cases[0].what.kernel->name != "probe");
  int visits = 0;
  const MeasureCase one = [&](const PlannedCase& what, const Measurement*) {
    Measurement row{.id = what.what.id(), .kernel = what.what.kernel->name};
    row.role = what.what.kernel->role;
    row.samples_s.assign(10, 1e-3);
    row.flags.assign(10, "");
    if (row.role != Role::kernel) return row;
    row.companion = planned.cases[0].what.id();
    row.pairs.assign(10, {1e-3, 1e-3 / (visits++ == 0 ? slowed : later)});
    return row;
  };
  Measurement kept;
  int rows = 0;
  EXPECT_TRUE(measure(planned, one,
                      [&](const Measurement& row) {
                        ++rows;
                        if (row.role == Role::kernel) kept = row;
                      },
                      {}));
  EXPECT_EQ(rows, 2);
  EXPECT_EQ(visits, slowed < 0.8 ? 2 : 1);
  return kept;
}

TEST(Measure, AKernelBesideASlowedProbeIsVisitedAgainAndTheFasterProbesPairsStay) {
  EXPECT_EQ(beside_a_probe_at(0.5, 1).pairs[0].companion_s, 1e-3);
  EXPECT_EQ(beside_a_probe_at(0.5, 0.25).pairs[0].companion_s, 2e-3);
  EXPECT_EQ(beside_a_probe_at(0.9, 1).pairs[0].companion_s, 1e-3 / 0.9);  // one visit is enough
}

TEST(Measure, AWrongResultOfASecondVisitIsNotTakenBackByTheFirst) {
  Measurement first;
  first.pairs.assign(10, {1e-3, 2e-3});
  Measurement wrong;
  wrong.status = Status::failed;
  EXPECT_EQ(beside_the_faster(first, wrong).status, Status::failed);
  EXPECT_EQ(beside_the_faster(first, Measurement{}).pairs.size(), 10u);  // one without pairs
}

TEST(Measure, StopsAtTheTargetWidthAndNotBefore) {
  Bench bench;
  bench.policy.filter = "^probe";
  bench.policy.target = 0.01;
  // Two values 10 % apart, in turn: the median's interval spans both until the limit of the case.
  bench.device.script = [](int n) { return n % 2 == 0 ? 1.0e-3 : 1.1e-3; };
  const Measurement row = bench.row("probe");
  EXPECT_FALSE(row.interval_met);
  EXPECT_EQ(row.grade, 'C');
  EXPECT_GT(row.samples_s.size(), 100u);
}

TEST(Measure, LaunchesOverFiftyMillisecondsNeedFiveSamplesAtTheLimit) {
  Bench bench;
  bench.policy.filter = "^probe";
  bench.device.seconds_per_launch = 0.2;
  const Measurement row = bench.row("probe");
  EXPECT_EQ(row.samples_s.size(), 5u);
  EXPECT_FALSE(row.contended);
}

TEST(Measure, AComputeProbeTakesAHundredSamplesOfAHundredMicroseconds) {
  Bench bench;
  bench.registry[0].role = Role::compute_probe;
  bench.device.seconds_per_launch = 0x1p-13;  // 122 us
  const Measurement row = bench.row("probe");
  EXPECT_EQ(row.launches, 1);
  EXPECT_EQ(row.samples_s.size(), 100u);
}

TEST(Measure, StoppingKeepsTheRowsThatAreFinished) {
  Bench bench;
  const Plan planned =
      plan(bench.registry, bench.device.machine_facts, bench.operators, bench.policy);
  int finished = 0;
  const bool whole = measure(
      planned, bench.policy, bench.device, [&](const Measurement&) { ++finished; },
      [&] { return finished == 1; });
  EXPECT_FALSE(whole);
  EXPECT_EQ(finished, 1);
}

}  // namespace
}  // namespace roofmark
