// What is measured again, how often, and what that settles.
#include <gtest/gtest.h>

#include "tests/analyzer/checked.h"

namespace roofmark {
namespace {

/// Rounds of one series with these times beside a probe that takes `probe`.
std::vector<Round> rounds_at(const std::vector<double>& times, double probe = 1) {
  std::vector<Round> rounds;
  for (std::size_t i = 0; i < times.size(); ++i) {
    rounds.push_back(tracked_round(static_cast<int>(i), {series_round(a, times[i], probe)}));
  }
  return rounds;
}

std::vector<Round> reruns_at(double time, double probe = 1) {
  return rounds_at(std::vector<double>(most_reruns, time), probe);
}

/// A check whose reruns are these, one after the other.
struct Looked {
  Comparison comparison;
  std::vector<Round> after;
  std::size_t times = 0;  ///< that reruns were taken
  bool whole = false;
  const SeriesVerdict& verdict() const { return comparison.series.front(); }
};

Looked look(const std::vector<Round>& before, const std::vector<Round>& after,
            const std::vector<std::vector<Round>>& reruns) {
  Looked looked{.comparison = compare(before, after, {}), .after = after};
  const auto take = [&](const std::vector<std::string>& ids) -> std::optional<std::vector<Round>> {
    EXPECT_EQ(ids, std::vector<std::string>{a});
    if (looked.times == reruns.size()) return std::nullopt;
    return reruns[looked.times++];
  };
  looked.whole = look_again(looked.comparison, before, looked.after, take, {});
  return looked;
}

std::vector<Round> quiet() { return rounds_at(std::vector<double>(15, 1)); }

TEST(LookAgain, WhatIsTheSameIsNotMeasuredAgain) {
  const Looked looked = look(quiet(), rounds_at({1, 1, 1}), {});
  EXPECT_TRUE(looked.whole);
  EXPECT_EQ(looked.verdict().verdict, Verdict::same);
  EXPECT_EQ(looked.after.size(), 3u);
}

TEST(LookAgain, WhatIsFlaggedIsConfirmedByItsReruns) {
  const Looked looked = look(quiet(), rounds_at({1.1, 1.1, 1.1}), {reruns_at(1.1)});
  EXPECT_EQ(looked.verdict().verdict, Verdict::slower);
  EXPECT_TRUE(looked.verdict().confirmed);
  EXPECT_EQ(looked.times, 1u);
  EXPECT_EQ(looked.after.size(), 8u);
  EXPECT_EQ(looked.verdict().after.rounds, 8u);
}

TEST(LookAgain, AStrayAmongThreeRoundsHidesNoSlowKernel) {
  // Of three none may be one, of eight one: then rounds of their own confirm it.
  const Looked looked =
      look(quiet(), rounds_at({1.1, 1.1, 0.98}), {reruns_at(1.1), reruns_at(1.1)});
  EXPECT_EQ(looked.verdict().verdict, Verdict::slower);
  EXPECT_TRUE(looked.verdict().confirmed);
  EXPECT_EQ(looked.times, 2u);
  EXPECT_EQ(looked.after.size(), 13u);
}

TEST(LookAgain, WhatAllRoundsTogetherShowIsNothingUntilOthersConfirmIt) {
  const Looked looked = look(quiet(), rounds_at({1.1, 1.1, 0.98}), {reruns_at(1.1), reruns_at(1)});
  EXPECT_EQ(looked.verdict().verdict, Verdict::inconclusive);
  EXPECT_EQ(looked.verdict().reason, "its 5 reruns did not show it again");
  EXPECT_EQ(looked.times, 2u);
}

TEST(LookAgain, WhatPassesWasNoChange) {
  for (const double third : {1.1, 0.98}) {
    const Looked looked = look(quiet(), rounds_at({1.1, 1.1, third}), {reruns_at(1)});
    EXPECT_EQ(looked.verdict().verdict, Verdict::same) << third;
    EXPECT_EQ(looked.times, 1u);
  }
}

TEST(LookAgain, RoundsThatCannotBeHadEndIt) {
  const Looked looked = look(quiet(), rounds_at({1.1, 1.1, 1.1}), {});
  EXPECT_FALSE(looked.whole);
  EXPECT_FALSE(looked.verdict().confirmed);
}

TEST(LookAgain, WhatOneRerunDoesNotShowFiveMoreHaveTo) {
  // It goes to and fro, or one of them was a stray.
  const auto all_but_one = rounds_at({1.1, 1.1, 1, 1.1, 1.1});
  const auto reruns = [&](const std::vector<Round>& then) {
    return look(quiet(), rounds_at({1.1, 1.1, 1.1}), {all_but_one, then});
  };
  const Looked stray = reruns(reruns_at(1.1));
  EXPECT_TRUE(stray.verdict().confirmed) << stray.verdict().reason;
  EXPECT_EQ(stray.times, 2u);
  EXPECT_TRUE(reruns(all_but_one).verdict().confirmed) << "once is enough";
  const Looked to_and_fro = reruns(rounds_at({1.1, 1, 1, 1.1, 1.1}));
  EXPECT_EQ(to_and_fro.verdict().verdict, Verdict::inconclusive);
  EXPECT_EQ(to_and_fro.verdict().reason, "its 5 reruns did not show it again");
}

TEST(LookAgain, WhatOnlyAllRoundsShowMayWaverToo) {
  const Looked looked = look(quiet(), rounds_at({1.1, 1.1, 0.98}),
                             {reruns_at(1.1), rounds_at({1.1, 1.1, 1, 1.1, 1.1}), reruns_at(1.1)});
  EXPECT_TRUE(looked.verdict().confirmed) << looked.verdict().reason;
  EXPECT_EQ(looked.times, 3u);
}

TEST(LookAgain, EitherFigureConfirmsWhatBothShowed) {
  // The machine was slower in the last earlier round: that level of the time is a known one, and
  // reruns that come upon it are told by their ratio.
  std::vector<Round> before = quiet();
  before.back() = tracked_round(14, {series_round(a, 1.09, 1.09)});
  const Looked looked = look(before, rounds_at({1.13, 1.13, 1.13}), {reruns_at(1.09)});
  EXPECT_TRUE(looked.verdict().confirmed) << looked.verdict().reason;
  EXPECT_TRUE(looked.verdict().by_share);
}

}  // namespace
}  // namespace roofmark
