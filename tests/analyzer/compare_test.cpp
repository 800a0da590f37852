#include "analyzer/tracking/compare.h"

#include <gtest/gtest.h>

#include <cmath>

#include "analyzer/tracking/comparison_text.h"
#include "core/error.h"
#include "tests/analyzer/checked.h"
#include "tests/core/run_fixture.h"
#include "tests/refusal.h"

namespace roofmark {
namespace {

TEST(Compare, ASlowerKernelIsConfirmedByItsRerunsAndNamed) {
  const auto before = tracked_rounds(15, {series_round(a, 1), series_round(b, 2)});
  const Comparison comparison = checked(before, {series_round(a, 1.05), series_round(b, 2)});
  const SeriesVerdict& slow = of(comparison, a);
  EXPECT_EQ(slow.verdict, Verdict::slower);
  EXPECT_TRUE(slow.confirmed);
  EXPECT_EQ(slow.cause, Cause::kernel);
  EXPECT_NEAR(slow.time->share, 0.05, 0.003);
  EXPECT_LT(slow.time->low, slow.time->share);
  EXPECT_NEAR(*slow.before.share / *slow.after.share, 1.05, 1e-9);
  EXPECT_EQ(of(comparison, b).verdict, Verdict::same);
  EXPECT_TRUE(comparison.regressed());
}

TEST(Compare, WhatTheRerunsDoNotShowAgainIsInconclusive) {
  const auto before = tracked_rounds(15, {series_round(a, 1)});
  const auto after = tracked_rounds(3, {series_round(a, 1.08)});
  Comparison comparison = compare(before, after, {});
  EXPECT_EQ(flagged(comparison), std::vector<std::string>{a});
  confirm(comparison, before, after, tracked_rounds(2, {series_round(a, 1)}), {});
  EXPECT_EQ(of(comparison, a).verdict, Verdict::inconclusive);
  EXPECT_NE(of(comparison, a).next.find(a), std::string::npos);
  EXPECT_FALSE(comparison.regressed());
}

TEST(Compare, NothingIsConfirmedBeforeReruns) {
  const auto before = tracked_rounds(15, {series_round(a, 1)});
  Comparison comparison = compare(before, tracked_rounds(3, {series_round(a, 2)}), {});
  EXPECT_EQ(of(comparison, a).verdict, Verdict::slower);
  EXPECT_FALSE(comparison.regressed());
}

TEST(Compare, ChangesBelowTheFloorAreNone) {
  const auto before = tracked_rounds(15, {series_round(a, 1)});
  const auto after = tracked_rounds(3, {series_round(a, 1.025)});
  EXPECT_EQ(of(compare(before, after, {}), a).verdict, Verdict::same);
  const auto more = tracked_rounds(3, {series_round(a, 1.08)});
  EXPECT_EQ(of(compare(before, more, {.floor = 0.1}), a).verdict, Verdict::same);
}

TEST(Compare, TheRatioToTheProbeFindsWhatAMovingMemoryHides) {
  // The memory moves by a factor of 1.5 between rounds; the kernel takes 10 % more of it.
  const auto moving = [](int count, double own) {
    std::vector<Round> rounds;
    for (int i = 0; i < count; ++i) {
      const double memory = 1 + 0.25 * (i % 3);
      rounds.push_back(tracked_round(i, {series_round(a, own * memory, memory)}));
    }
    return rounds;
  };
  const auto before = moving(15, 1), after = moving(3, 1.1);
  Comparison comparison = compare(before, after, {});
  confirm(comparison, before, after, moving(2, 1.1), {});
  explain(comparison);
  EXPECT_EQ(of(comparison, a).verdict, Verdict::slower);
  EXPECT_TRUE(of(comparison, a).by_share);
  EXPECT_EQ(of(comparison, a).cause, Cause::kernel);
}

TEST(Compare, AProbeThatBecameFasterMakesNoKernelSlower) {
  const auto before = tracked_rounds(15, {series_round(a, 1, 1)});
  const auto after = tracked_rounds(3, {series_round(a, 1, 0.8)});
  const SeriesVerdict same = of(compare(before, after, {}), a);
  EXPECT_EQ(same.verdict, Verdict::same);
  EXPECT_EQ(judged_figure(same), "time");
  EXPECT_EQ(change_text(same, false).find("over its ceiling"), std::string::npos);
  EXPECT_EQ(reason_text(same).find("its ceiling moved, and it did not; finds +"), 0u);
}

TEST(Compare, WhetherAKernelFollowsItsProbeInPartIsLeftOpen) {
  const auto before = tracked_rounds(15, {series_round(a, 1, 1)});
  const auto after = tracked_rounds(3, {series_round(a, 0.94, 0.8)});
  const SeriesVerdict open = of(compare(before, after, {.baseline = "main"}), a);
  EXPECT_EQ(open.verdict, Verdict::inconclusive);
  EXPECT_EQ(open.reason,
            "its ceiling takes 20.0 % less time and it 5.9 %: it may follow in part, or be slower");
  EXPECT_EQ(open.next, "roofmark check --baseline main --rounds 3");
}

TEST(Compare, WhatIsOpenInACampaignTakenBeforehandIsJudgedAgainWithARoundMore) {
  const auto next = [](const std::string& preset, const std::string& filter) {
    auto before = tracked_rounds(15, {series_round(a, 1, 1)});
    auto after = tracked_rounds(3, {series_round(a, 0.94, 0.8)});
    for (std::vector<Round>* side : {&before, &after}) {
      for (Round& round : *side) {
        round.preset = preset;
        round.filter = filter;
      }
    }
    return of(compare(before, after, {.baseline = "main", .campaign = "new"}), a).next;
  };
  EXPECT_EQ(next("standard", ""),
            "roofmark run --campaign new --preset standard && roofmark check --baseline main "
            "--from new");
  EXPECT_NE(next("quick", "^gemv/").find(" --preset quick --filter '^gemv/' && roofmark check"),
            std::string::npos);
  EXPECT_EQ(next("import", ""),
            "roofmark import FILE --format gbench --here --campaign new && roofmark check "
            "--baseline main --from new");
}

TEST(Compare, WhatIsATrifleOfTheMachineAndATrifleOfTheKernelIsNoChange) {
  // Together 4.5 %; the probe takes 2.6 % longer, which is no finding, and the ratio the rest.
  const auto before = tracked_rounds(15, {series_round(a, 1, 1)});
  const SeriesVerdict both =
      of(compare(before, tracked_rounds(5, {series_round(a, 1.045, 1.026)}), {}), a);
  EXPECT_EQ(both.verdict, Verdict::inconclusive);
  EXPECT_EQ(both.reason,
            "its ceiling moved by 2.6 % and it by 1.9 % beside that: neither is beyond the floor");
  EXPECT_TRUE(both.unsettled);
  const auto still = tracked_rounds(5, {series_round(a, 1.045, 1)});
  EXPECT_EQ(of(compare(before, still, {}), a).verdict, Verdict::slower);
}

/// Twelve rounds at one speed of the machine, three at another, of which the kernel does `share`.
std::vector<Round> at_two_speeds(double other, double share) {
  std::vector<Round> rounds = tracked_rounds(12, {series_round(a, 1, 1)});
  for (int i = 12; i < 15; ++i) {
    rounds.push_back(tracked_round(i, {series_round(a, std::pow(other, share), other)}));
  }
  return rounds;
}

TEST(Compare, AMachineThatScattersAsFarAsItMovedExplainsATrifleToo) {
  // The probe was where it is now in three rounds of fifteen: within what it scatters.
  const auto before = at_two_speeds(1.026, 1);
  const auto verdict = [&](double kernel, double probe) {
    return of(compare(before, tracked_rounds(5, {series_round(a, kernel, probe)}), {}), a).verdict;
  };
  EXPECT_EQ(verdict(1.045, 1.026), Verdict::same);
  EXPECT_EQ(verdict(1.045, 1), Verdict::slower);
}

TEST(Compare, WhatAKernelLeavesItsProbeByAtThatSpeedIsNoChange) {
  // Most rounds were at the other speed, which the kernel follows by four fifths.
  const auto before = at_two_speeds(0.75, 0.8);
  const auto verdict = [&](double slower) {
    const SeriesRound now = series_round(a, std::pow(0.75, 0.8) * (1 + slower), 0.75);
    return of(compare(before, tracked_rounds(3, {now}), {}), a);
  };
  EXPECT_EQ(verdict(0.025).verdict, Verdict::inconclusive);
  EXPECT_EQ(verdict(0.025).reason,
            "earlier rounds left their ceiling by as much when that took as long");
  EXPECT_EQ(verdict(0.05).verdict, Verdict::slower);
}

TEST(Compare, AMachineStaysAtTheLevelOfAStrayAsLongAsItLikes) {
  const auto verdict = [](double kernel, double probe) {
    auto before = tracked_rounds(15, {series_round(a, 1, 1)});
    before[7] = tracked_round(7, {series_round(a, kernel, probe)});
    return of(compare(before, tracked_rounds(5, {series_round(a, kernel, probe)}), {}), a);
  };
  EXPECT_EQ(verdict(1.1, 1.1).verdict, Verdict::inconclusive);
  EXPECT_EQ(verdict(1.1, 1.1).reason, "a round of the earlier ones took as long already");
  // What is none of the machine's came once in fifteen and does not come five times in a row.
  EXPECT_EQ(verdict(1.1, 1).verdict, Verdict::slower);
}

TEST(Compare, WhatWasJudgedIsPrinted) {
  // The memory scatters by a fifth and the ratio hardly: what is the same is so by the ratio.
  std::vector<Round> before;
  for (int i = 0; i < 15; ++i) {
    const double memory = 1 + 0.1 * (i % 3);
    before.push_back(tracked_round(i, {series_round(a, memory, memory)}));
  }
  const Comparison comparison = compare(before, tracked_rounds(3, {series_round(a, 1.2, 1.2)}), {});
  const SeriesVerdict& same = of(comparison, a);
  EXPECT_EQ(same.verdict, Verdict::same);
  EXPECT_EQ(judged_figure(same), "ratio");
  EXPECT_NE(change_text(same, false).find("over its ceiling"), std::string::npos);
  EXPECT_NE(comparison_json(comparison).find("\"judged\": \"ratio\""), std::string::npos);
  EXPECT_NE(comparison_figures(comparison).csv().find(",ratio,"), std::string::npos);
}

TEST(Compare, AKernelThatIsSlowerWhileItsProbeBecameFasterIsSlower) {
  std::vector<Round> before;
  for (int i = 0; i < 15; ++i) {
    const double memory = 0.94 + 0.06 * (i % 3);
    before.push_back(tracked_round(i, {series_round(a, memory, memory)}));
  }
  // The probe takes 0.8 of its time; the kernel 1.05, which its times alone cannot tell from noise.
  const SeriesVerdict slower =
      of(compare(before, tracked_rounds(3, {series_round(a, 1.05, 0.8)}), {}), a);
  EXPECT_EQ(slower.verdict, Verdict::slower);
  EXPECT_TRUE(slower.by_share);
  const auto still = tracked_rounds(3, {series_round(a, 1.02, 0.8)});
  EXPECT_NE(of(compare(before, still, {}), a).verdict, Verdict::slower);
}

TEST(Compare, WhatFailsInTheRoundsThatConfirmHasFailed) {
  const auto before = tracked_rounds(15, {series_round(a, 1)});
  const auto after = tracked_rounds(3, {series_round(a, 1)});
  SeriesRound wrong = series_round(a, 1);
  wrong.status = Status::failed;
  wrong.seconds = std::nullopt;
  wrong.reason = "wrong result";
  std::vector<Round> again = tracked_rounds(3, {series_round(a, 1)});
  again[1] = tracked_round(1, {wrong});
  Comparison comparison = compare(before, after, {});
  confirm(comparison, before, after, again, {});
  EXPECT_EQ(of(comparison, a).verdict, Verdict::failed);
  EXPECT_EQ(of(comparison, a).reason, "wrong result");
}

TEST(Compare, WithFewRoundsOnlyWhatSuchFewCanFindIsJudged) {
  std::vector<Round> before;
  for (int i = 0; i < 4; ++i) {
    before.push_back(tracked_round(i, {series_round(a, i % 2 == 0 ? 1.01 : 0.99)}));
  }
  const Comparison comparison = compare(before, tracked_rounds(3, {series_round(a, 1.05)}), {});
  EXPECT_EQ(of(comparison, a).verdict, Verdict::inconclusive);
  EXPECT_GT(*of(comparison, a).detectable, 0.05);
  EXPECT_NE(of(comparison, a).next.find("--rounds 15"), std::string::npos);
  EXPECT_FALSE(comparison.notes.empty());
}

TEST(Compare, DisturbedRoundsAreNoEvidence) {
  const auto before = tracked_rounds(15, {series_round(a, 1)});
  SeriesRound busy = series_round(a, 2);
  busy.contended = true;
  const Comparison comparison = compare(before, tracked_rounds(3, {busy}), {});
  EXPECT_EQ(of(comparison, a).verdict, Verdict::inconclusive);
  EXPECT_EQ(comparison.unfit, 1u);
  EXPECT_EQ(of(comparison, a).next, "roofmark doctor");
}

TEST(Compare, MissingNewAndFailedSeriesAreSaid) {
  SeriesRound failed = series_round(a, 1);
  failed.status = Status::failed;
  failed.seconds = std::nullopt;
  failed.reason = "wrong result";
  const auto before = tracked_rounds(15, {series_round(a, 1), series_round(b, 1)});
  const Comparison comparison =
      compare(before, tracked_rounds(1, {failed, series_round("add/v/f32/cpu/t1", 1)}), {});
  EXPECT_EQ(of(comparison, a).verdict, Verdict::failed);
  EXPECT_EQ(of(comparison, a).reason, "wrong result");
  EXPECT_EQ(of(comparison, b).verdict, Verdict::missing);
  EXPECT_EQ(of(comparison, "add/v/f32/cpu/t1").verdict, Verdict::added);
}

TEST(Compare, WhatWasNotSelectedIsNotMissing) {
  const auto before = tracked_rounds(15, {series_round(a, 1), series_round(b, 1)});
  auto after = tracked_rounds(1, {series_round(a, 1)});
  after[0].filter = "n=1";
  EXPECT_EQ(compare(before, after, {}).count(Verdict::missing), 0u);
}

TEST(Compare, WorkThatIsCountedOtherwiseAndQuickRunsAreNotComparable) {
  const auto before = tracked_rounds(15, {series_round(a, 1)});
  SeriesRound other = series_round(a, 1);
  other.bytes = 128;
  EXPECT_EQ(of(compare(before, tracked_rounds(1, {other}), {}), a).verdict,
            Verdict::not_comparable);
  auto quick = tracked_rounds(1, {series_round(a, 1)});
  quick[0].preset = "quick";
  const Comparison comparison = compare(before, quick, {});
  EXPECT_EQ(of(comparison, a).verdict, Verdict::not_comparable);
  EXPECT_FALSE(comparison.compared());
}

TEST(Compare, SingleRunsUseTheHistoryElseTenPercent) {
  const auto before = tracked_rounds(1, {series_round(a, 1)});
  const auto after = tracked_rounds(1, {series_round(a, 1.08)});
  EXPECT_EQ(of(compare(before, after, {}), a).verdict, Verdict::inconclusive);
  EXPECT_NEAR(of(compare(before, after, {}), a).time->high, 1.08 * 1.1 - 1, 0.005);
  CompareRules rules;
  rules.history = [](const std::string&) {
    Past past;
    past.rounds = 10;
    past.spread = 0.005;
    past.freedom = 9;
    return past;
  };
  EXPECT_EQ(of(compare(before, after, rules), a).verdict, Verdict::slower);
  EXPECT_TRUE(of(compare(before, after, rules), a).assumed);
}

TEST(Compare, DifferentMachinesAreRefusedUnlessSharesOfRoofAreAskedFor) {
  const auto before = tracked_rounds(15, {series_round(a, 1)});
  auto after = tracked_rounds(15, {series_round(a, 5, 4)});
  for (Round& round : after) round.machine = "other";
  EXPECT_NE(refusal([&] { compare(before, after, {}); }).find("--across machines"),
            std::string::npos);
  // Five times the time, but its share of the roof falls from 0.8 to 0.64.
  for (Round& round : after) round.class_ = before[0].class_;
  const std::string alike = refusal([&] { compare(before, after, {}); });
  EXPECT_NE(alike.find("(both " + before[0].class_ + ": " + before[0].machine + ", other)"),
            std::string::npos)
      << alike;
  const Comparison comparison = compare(before, after, {.across_machines = true});
  EXPECT_EQ(of(comparison, a).verdict, Verdict::slower);
  EXPECT_NEAR(of(comparison, a).time->share, -0.2, 0.005);
}

TEST(Compare, DifferencesOfTheEnvironmentAreNamed) {
  auto before = tracked_rounds(2, {series_round(a, 1)}), after = before;
  for (Round& round : before) round.environment = {{"driver", "570"}, {"os", "Debian"}};
  for (Round& round : after) round.environment = {{"driver", "580"}, {"os", "Debian"}};
  const auto found = differences(before, after);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0], (Difference{"driver", "570", "580"}));
}

TEST(Compare, VariablesOfTheEnvironmentAreNamedWhereOneSideHasNone) {
  roofmark::Run run = small_run();
  const auto round_with = [&](const std::map<std::string, std::string>& variables) {
    run.machine.environment.variables = variables;
    return std::vector<Round>{round_of(run)};
  };
  const auto found = differences(round_with({}), round_with({{"OPENBLAS_CORETYPE", "Haswell"}}));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0], (Difference{"variables", "none", "OPENBLAS_CORETYPE=Haswell"}));
}

TEST(Compare, TextsOfOthersAreMadePlain) {
  auto before = tracked_rounds(15, {series_round(a, 1)}), after = before;
  after[0].environment = {{"os", "\x1b[31mred\nline"}};
  const std::string head = comparison_head(compare(before, after, {}));
  EXPECT_EQ(head.find('\x1b'), std::string::npos);
  EXPECT_NE(head.find("red line"), std::string::npos);
}

TEST(Compare, QuickRoundsAmongOthersAreNotComparable) {
  const auto before = tracked_rounds(15, {series_round(a, 1)});
  std::vector<Round> after = tracked_rounds(3, {series_round(a, 1)});
  after[1].preset = "quick";
  const SeriesVerdict mixed = of(compare(before, after, {}), a);
  EXPECT_EQ(mixed.verdict, Verdict::not_comparable);
  EXPECT_EQ(mixed.reason.find("standard runs before, quick | standard ones now"), 0u)
      << mixed.reason;
}

TEST(Compare, WhatFailedInEveryEarlierRoundIsNewForThatReason) {
  SeriesRound wrong = series_round(a, 1);
  wrong.status = Status::failed;
  wrong.seconds = std::nullopt;
  wrong.reason = "wrong result";
  const Comparison comparison =
      compare(tracked_rounds(15, {wrong, series_round(b, 1)}),
              tracked_rounds(3, {series_round(a, 1), series_round(b, 1)}), {.baseline = "main"});
  EXPECT_EQ(of(comparison, a).verdict, Verdict::added);
  EXPECT_EQ(of(comparison, a).reason, "it failed in all 15 earlier rounds: wrong result");
  EXPECT_EQ(of(comparison, a).next, "roofmark baseline save main --rounds 15 --replace");
}

}  // namespace
}  // namespace roofmark
