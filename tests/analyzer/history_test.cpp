#include "analyzer/tracking/history.h"

#include <gtest/gtest.h>

#include "analyzer/tracking/self_check.h"
#include "core/error.h"
#include "tests/analyzer/markup_check.h"
#include "tests/analyzer/tracked_rounds.h"
#include "tests/refusal.h"

namespace roofmark {
namespace {

const std::string a = "gemv/v/f32/cpu/t1/n=1", b = "gemv/v/f32/cpu/t1/n=2";

/// Twenty rounds; from the tenth on the driver is another and `a` takes 10 % longer.
std::vector<Round> changed_rounds() {
  std::vector<Round> rounds;
  for (int i = 0; i < 20; ++i) {
    rounds.push_back(tracked_round(i, {series_round(a, i < 10 ? 1 : 1.1), series_round(b, 2)}));
    rounds.back().environment = {{"driver", i < 10 ? "570" : "580"}};
  }
  return rounds;
}

TEST(History, HasChangePointsAndWhatChangedAroundThem) {
  const std::vector<History> all = histories(changed_rounds());
  ASSERT_EQ(all.size(), 2u);
  ASSERT_EQ(all[0].changes.size(), 1u);
  EXPECT_EQ(all[0].changes[0].at, 10u);
  ASSERT_EQ(all[0].markers.size(), 1u);
  EXPECT_EQ(all[0].markers[0].at, 10u);
  EXPECT_EQ(all[0].markers[0].differences[0], (Difference{"driver", "570", "580"}));
  EXPECT_TRUE(all[1].changes.empty());
  const std::string text = history_text(all[0]);
  EXPECT_NE(text.find("+10.0 %"), std::string::npos) << text;
  EXPECT_NE(text.find("driver: 570 -> 580"), std::string::npos) << text;
}

TEST(History, LeavesOutDisturbedRoundsAndRoundsOfAnotherSort) {
  std::vector<Round> rounds = changed_rounds();
  rounds[3].series[0].contended = true;
  rounds[4].series[0].grade = 'X';
  rounds[5].preset = "quick";
  const std::vector<History> all = histories(rounds);
  EXPECT_EQ(all[0].points.size(), 17u);
  EXPECT_EQ(all[0].left_out, 2u);
  EXPECT_EQ(all[1].points.size(), 19u);
}

TEST(History, ALineHasOneBarAPointFromFastestToSlowest) {
  const std::vector<HistoryPoint> points{{.seconds = 1}, {.seconds = 2}, {.seconds = 1.5}};
  EXPECT_EQ(sparkline(points, 10), "▁█▅");
  EXPECT_EQ(sparkline(points, 2), "█▁");
  EXPECT_EQ(sparkline({}, 5), "");
}

TEST(History, ALineOfNoiseIsLow) {
  const std::vector<HistoryPoint> noise{{.seconds = 6.91291e-3}, {.seconds = 6.91233e-3}};
  EXPECT_EQ(sparkline(noise, 10), "▁▁");
  // An eighth of 5 % a bar; what differs by more than 5 % has the whole height.
  EXPECT_EQ(sparkline(std::vector<HistoryPoint>{{.seconds = 1}, {.seconds = 1.01}}, 10), "▁▂");
  EXPECT_EQ(sparkline(std::vector<HistoryPoint>{{.seconds = 1}, {.seconds = 1.06}}, 10), "▁█");
}

TEST(History, ASeriesOfWhichNothingIsLeftIsListedWithItsCount) {
  std::vector<Round> rounds = changed_rounds();
  EXPECT_EQ(disturbed_text(histories(rounds)), "");
  rounds[3].series[0].contended = true;
  EXPECT_EQ(disturbed_text(histories(rounds)),
            "1 round of 1 series was disturbed or has no time, and left out");
  for (Round& one : rounds) one.series[1].seconds.reset();
  const std::vector<History> all = histories(rounds);
  EXPECT_EQ(disturbed_text(all),
            "21 rounds of 2 series were disturbed or have no time, and left out; of 1 series "
            "nothing is left (" +
                b + ")");
  EXPECT_NE(history_table(all).text().find("20 left out"), std::string::npos);
  const std::string csv = history_figures(all).csv();
  EXPECT_NE(csv.find(b + ",,,,,,,,20\n"), std::string::npos) << csv;
}

TEST(History, ThePageIsWellFormedAndLoadsNothing) {
  std::vector<Round> rounds = changed_rounds();
  rounds[12].environment = {{"driver", "<script>alert(1)</script>"}};
  const std::string page = history_page(histories(rounds), "a & b");
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("src="), std::string::npos);
  EXPECT_NE(page.find("a &amp; b"), std::string::npos);
  EXPECT_NE(page.find("+10.0 %"), std::string::npos);
}

TEST(History, APartOfARunsPageDrawsWhatChangedLastAndListsAll) {
  std::vector<Round> rounds;
  for (int i = 0; i < 20; ++i) {
    std::vector<SeriesRound> series{series_round("<x>&", 1)};
    for (int s = 0; s < 10; ++s) {  // each changes a round after the one before
      series.push_back(series_round("s" + std::to_string(s), i < 6 + s ? 1 : 1.1));
    }
    rounds.push_back(tracked_round(i, std::move(series)));
  }
  const std::string part = history_part(histories(rounds));
  EXPECT_EQ(MarkupCheck::problem("<div>" + part + "</div>"), "");
  EXPECT_NE(part.find("10 of 11 series changed in the last 20 stored runs"), std::string::npos);
  EXPECT_LT(part.find("<h3>s9<"), part.find("<h3>s8<"));
  EXPECT_EQ(part.find("<h3>s1<"), std::string::npos);  // eight are drawn
  EXPECT_NE(part.find("All series (11)"), std::string::npos);
  rounds.resize(2);
  EXPECT_EQ(history_part(histories(rounds)), "");
  EXPECT_EQ(history_part({}), "");
}

TEST(SelfCheck, CountsAlarmsOfRoundsThatDoNotDiffer) {
  const auto rounds = tracked_rounds(24, {series_round(a, 1), series_round(b, 2)});
  const SelfCheck checked = self_check(rounds, {});
  EXPECT_EQ(checked.checks, 4u);
  EXPECT_EQ(checked.baseline, enough_rounds);
  EXPECT_EQ(checked.judged, 8u);
  EXPECT_EQ(checked.alarms, 0u);
  EXPECT_EQ(checked.confirmed, 0u);
  ASSERT_EQ(checked.series.size(), 2u);
  EXPECT_NEAR(*checked.series[0].spread, 0.001, 1e-4);
  EXPECT_LT(*checked.series[0].detectable, 0.04);
}

TEST(SelfCheck, AChangeAmongTheRoundsIsAnAlarm) {
  std::vector<Round> rounds;
  for (int i = 0; i < 21; ++i) {
    rounds.push_back(tracked_round(i, {series_round(a, i < 15 ? 1 : 1.2), series_round(b, 2)}));
  }
  const SelfCheck checked = self_check(rounds, {});
  EXPECT_EQ(checked.alarms, 1u);
  EXPECT_EQ(checked.confirmed, 1u);
  EXPECT_EQ(checked.series[0].alarms, 1u);
}

TEST(SelfCheck, TooFewRoundsAreRefused) {
  const auto rounds = tracked_rounds(8, {series_round(a, 1)});
  EXPECT_NE(refusal([&] { self_check(rounds, {}); }).find("name a campaign of 21"),
            std::string::npos);
}

}  // namespace
}  // namespace roofmark
