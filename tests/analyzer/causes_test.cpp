// What changes are put down to, and whose a change of the ratio to the probe is.
#include <gtest/gtest.h>

#include <cmath>

#include "analyzer/tracking/comparison_text.h"
#include "analyzer/tracking/own_change.h"
#include "tests/analyzer/checked.h"

namespace roofmark {
namespace {

/// `kernel` at `seconds` and others at their probe's time, all beside a probe that takes
/// `companion`.
std::vector<SeriesRound> among_others(double seconds, double companion, int others = 5) {
  std::vector<SeriesRound> all{series_round(a, seconds, companion)};
  for (int i = 0; i < others; ++i) {
    all.push_back(series_round("norm/v/f32/cpu/t1/n=" + std::to_string(i), companion, companion));
  }
  return all;
}

TEST(Causes, AMachineIsOneFindingAndNoKernelIsBlamed) {
  std::vector<SeriesRound> then, now;
  for (int i = 0; i < 30; ++i) {
    const std::string id = "gemv/v/f32/cpu/t1/n=" + std::to_string(i);
    then.push_back(series_round(id, 1, 1));
    now.push_back(series_round(id, 1.1, 1.1));
  }
  then.push_back(probe_round("read/v/f32/cpu/t1", 1));
  now.push_back(probe_round("read/v/f32/cpu/t1", 1.1));
  const Comparison comparison = checked(tracked_rounds(15, then), now);
  EXPECT_EQ(comparison.count(Verdict::slower), 31u);
  ASSERT_EQ(comparison.causes.size(), 1u);
  EXPECT_EQ(comparison.causes[0].cause, Cause::machine);
  EXPECT_EQ(comparison.causes[0].series, 31u);
  for (const SeriesVerdict& one : comparison.series) EXPECT_EQ(one.cause, Cause::machine);
  EXPECT_NE(comparison_head(comparison).find("MACHINE      31 of 31"), std::string::npos);
}

TEST(Causes, HalfOfAllSeriesMovingAloneIsTheirEnvironment) {
  std::vector<SeriesRound> then, now;
  for (int i = 0; i < 10; ++i) {
    const std::string id = "gemv/v/f32/cpu/t1/n=" + std::to_string(i);
    then.push_back(series_round(id, 1));
    now.push_back(series_round(id, i < 6 ? 1.1 : 1));
  }
  const Comparison comparison = checked(tracked_rounds(15, then), now);
  EXPECT_EQ(of(comparison, a).cause, Cause::environment);
  ASSERT_EQ(comparison.causes.size(), 1u);
  EXPECT_EQ(comparison.causes[0].series, 6u);
}

struct ThenAndNow {
  std::vector<SeriesRound> then, now;
};

/// Ten series, of which six have other code and take a tenth longer.
ThenAndNow six_of_ten_changed() {
  ThenAndNow both;
  for (int i = 0; i < 10; ++i) {
    const std::string id = "gemv/v/f32/cpu/t1/n=" + std::to_string(i);
    both.then.push_back(series_round(id, 1));
    both.now.push_back(series_round(id, i < 6 ? 1.1 : 1));
    both.then.back().code_hash = "1234";
    both.now.back().code_hash = i < 6 ? "5678" : "1234";
  }
  return both;
}

TEST(Causes, SeriesWhoseCodeChangedAreNoEnvironmentWhereNothingElseDid) {
  const auto [then, now] = six_of_ten_changed();
  const Comparison comparison = checked(tracked_rounds(15, then), now);
  EXPECT_EQ(of(comparison, a).cause, Cause::kernel);
  EXPECT_TRUE(comparison.causes.empty());
}

TEST(Causes, SeriesThatMovedByOtherSizesAreNoEnvironment) {
  std::vector<SeriesRound> then, now;
  for (int i = 0; i < 10; ++i) {
    const std::string id = "gemv/v/f32/cpu/t1/n=" + std::to_string(i);
    then.push_back(series_round(id, 1));
    now.push_back(series_round(id, i < 6 ? std::pow(1.1, 1 << i) : 1));
  }
  const Comparison comparison = checked(tracked_rounds(15, then), now);
  EXPECT_EQ(of(comparison, a).cause, Cause::kernel);
  EXPECT_TRUE(comparison.causes.empty());
}

TEST(Causes, TheSameCodeThatIsSlowerIsItsLibrarys) {
  SeriesRound then = series_round(a, 1), same = series_round(a, 1.1), other = same;
  then.code_hash = same.code_hash = "1234";
  other.code_hash = "5678";
  const Comparison unchanged = checked(tracked_rounds(15, {then}), {same});
  EXPECT_EQ(of(unchanged, a).cause, Cause::library);
  EXPECT_EQ(reason_text(of(unchanged, a)),
            "code unchanged, confirmed: its ceiling did not move with it, its code is the same: "
            "placement or the machine's state");
  EXPECT_EQ(of(checked(tracked_rounds(15, {then}), {other}), a).cause, Cause::kernel);
}

TEST(Causes, AnotherCommitIsNoSurrounding) {
  const ThenAndNow both = six_of_ten_changed();
  const auto cause_where = [&](const std::string& fact) {
    auto before = tracked_rounds(15, both.then), after = tracked_rounds(3, both.now);
    for (Round& round : before) round.environment = {{fact, "old"}};
    for (Round& round : after) round.environment = {{fact, "new"}};
    Comparison comparison = compare(before, after, {});
    explain(comparison);
    EXPECT_EQ(comparison.differences.size(), 1u);  // it is printed all the same
    return of(comparison, a).cause;
  };
  EXPECT_EQ(cause_where("commit"), Cause::kernel);
  EXPECT_EQ(cause_where("roofmark"), Cause::kernel);
  EXPECT_EQ(cause_where("compiler"), Cause::environment);
}

TEST(Causes, AKernelSlowerThanItsSlowerMachineIsAFindingOfItsOwn) {
  const Comparison comparison =
      checked(tracked_rounds(15, among_others(1, 1)), among_others(1.32, 1.2));
  const SeriesVerdict& own = of(comparison, a);
  EXPECT_EQ(own.verdict, Verdict::slower);
  EXPECT_TRUE(own.confirmed);
  EXPECT_EQ(own.cause, Cause::kernel);
  EXPECT_NE(change_text(own, false).find("+10.1 %"), std::string::npos) << change_text(own, false);
  EXPECT_NE(change_text(own, false).find("over its ceiling"), std::string::npos);
  EXPECT_EQ(own.reason, "its ceiling takes 20.0 % longer, which does not explain it");
  ASSERT_EQ(comparison.causes.size(), 1u);
  EXPECT_EQ(comparison.causes[0].cause, Cause::machine);
  EXPECT_EQ(comparison.causes[0].series, 5u);
}

TEST(Causes, ASlowMachineWhoseKernelsFollowItLooselyBlamesNone) {
  // Each takes up to a fifth more or less of the machine's change than its probe does.
  std::vector<SeriesRound> then, now;
  for (int i = 0; i < 30; ++i) {
    const std::string id = "gemv/v/f32/cpu/t1/n=" + std::to_string(i);
    then.push_back(series_round(id, 1, 1));
    now.push_back(series_round(id, std::pow(1.5, 0.8 + 0.4 * i / 29), 1.5));
  }
  const Comparison comparison = checked(tracked_rounds(15, then), now);
  EXPECT_EQ(comparison.count(Verdict::slower), 30u);
  for (const SeriesVerdict& one : comparison.series) EXPECT_EQ(one.cause, Cause::machine) << one.id;
}

TEST(Causes, AKernelThatDidNotBecomeAsFastAsItsMachineIsSlower) {
  // The machine takes a quarter less for all, the kernel a tenth more of what is left.
  const auto before = tracked_rounds(15, among_others(1, 1));
  const Comparison comparison = checked(before, among_others(0.825, 0.75));
  const SeriesVerdict& own = of(comparison, a);
  EXPECT_EQ(own.verdict, Verdict::slower);
  EXPECT_EQ(own.cause, Cause::kernel);
  EXPECT_NEAR(own.relative->share, 0.1, 0.002);
  EXPECT_EQ(of(comparison, "norm/v/f32/cpu/t1/n=0").verdict, Verdict::faster);
  EXPECT_EQ(of(comparison, "norm/v/f32/cpu/t1/n=0").cause, Cause::machine);
}

TEST(Causes, RerunsBesideAProbeThatMovedConfirmNoMoreThanKernelsLeaveIt) {
  const auto before = tracked_rounds(15, {series_round(a, 1, 1)});
  const auto after = tracked_rounds(3, {series_round(a, 1.1, 1)});
  Comparison comparison = compare(before, after, {});
  ASSERT_EQ(flagged(comparison), std::vector<std::string>{a});
  comparison.series[0].by_share = true;
  // The probe takes half as long in the reruns, and the ratio moved by a tenth: it may be the
  // probe's.
  confirm(comparison, before, after, tracked_rounds(5, {series_round(a, 0.55, 0.5)}), {});
  EXPECT_EQ(of(comparison, a).verdict, Verdict::inconclusive);
}

TEST(WhoseChange, IsTheProbesWhereTheRatiosOfOtherKernelsMovedAlike) {
  const auto beside = [](const std::string& kernel, double time, double probe) {
    return BesideProbe{kernel, "cpu", time, probe, time - probe, true};
  };
  // All kernels take as long as before beside a probe that became faster.
  std::vector<BesideProbe> all{beside("gemv", -0.15, -0.3)};
  for (int i = 0; i < 3; ++i) all.push_back(beside("norm", -0.15, -0.3));
  EXPECT_EQ(whose_change(all[0], 1, all, 0.03), Whose::probe);
  // They followed it: only this one did not, by a third of it.
  for (int i = 1; i < 4; ++i) all[i] = beside("norm", -0.3, -0.3);
  all[0] = beside("gemv", -0.2, -0.3);
  EXPECT_EQ(whose_change(all[0], 1, all, 0.03), Whose::kernel);
  all[0] = beside("gemv", -0.24, -0.3);
  EXPECT_EQ(whose_change(all[0], 1, all, 0.03), Whose::probe) << "kernels follow loosely";
}

TEST(WhoseChange, OfAKernelAloneItsTimeTells) {
  const auto alone = [](double time, double probe) {
    return whose_change({"gemv", "cpu", time, probe, time - probe, true}, 1, {}, 0.03);
  };
  EXPECT_EQ(alone(0.1, -0.2), Whose::kernel);    // slower by itself
  EXPECT_EQ(alone(0, -0.2), Whose::probe);       // the probe became faster and it did not
  EXPECT_EQ(alone(-0.12, -0.2), Whose::kernel);  // it follows, and takes more than its share
  EXPECT_EQ(alone(-0.06, -0.2), Whose::unclear);
  EXPECT_EQ(alone(0.3, 0.2), Whose::kernel);
  EXPECT_EQ(whose_change({"gemv", "cpu", 0.1, 0, 0.1, false}, 1, {}, 0.03), Whose::kernel);
}

}  // namespace
}  // namespace roofmark
