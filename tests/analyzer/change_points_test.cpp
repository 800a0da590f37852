#include "analyzer/tracking/change_points.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace roofmark {
namespace {

/// A level of `n` values that alternate by a thousandth.
void append(std::vector<double>& values, double level, int n) {
  for (int i = 0; i < n; ++i) values.push_back(level * (i % 2 == 0 ? 1.0005 : 0.9995));
}

std::vector<std::size_t> places(const std::vector<double>& values) {
  std::vector<std::size_t> at;
  for (const ChangePoint& change : change_points(values)) at.push_back(change.at);
  return at;
}

TEST(ChangePoints, AreFoundWhereTheLevelChangesAndSayByHowMuch) {
  std::vector<double> values;
  append(values, 1.0, 20);
  append(values, 1.1, 10);
  append(values, 1.02, 15);
  const std::vector<ChangePoint> changes = change_points(values);
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0].at, 20u);
  EXPECT_EQ(changes[1].at, 30u);
  EXPECT_NEAR(changes[0].share, 0.1, 1e-3);
  EXPECT_NEAR(changes[1].before, 1.1, 1e-3);
  EXPECT_NEAR(changes[1].after, 1.02, 1e-3);
}

TEST(ChangePoints, OneStrayDoesNotSayHowLargeAStepIs) {
  std::vector<double> values;
  append(values, 1.0, 20);
  append(values, 1.1, 10);
  values[25] = 1.3;
  const std::vector<ChangePoint> changes = change_points(values);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_NEAR(changes[0].before, 1.0, 1e-3);
  EXPECT_NEAR(changes[0].after, 1.1, 1e-3);
  EXPECT_NEAR(changes[0].share, 0.1, 1e-3);
}

TEST(ChangePoints, NeedThreeValuesAfterAStep) {
  std::vector<double> values;
  append(values, 1, 20);
  append(values, 1.1, 2);
  EXPECT_TRUE(places(values).empty());
  append(values, 1.1, 1);
  EXPECT_EQ(places(values), std::vector<std::size_t>{20});
}

TEST(ChangePoints, NewestChangesAreBelievedAtOneLimitAndOlderOnesAtLessTheMoreThereAre) {
  const ChangePointRules rules;
  for (const std::size_t behind : {3, 4, 5}) {
    EXPECT_EQ(significance_limit(50, behind, true, rules), rules.newest_p);
    EXPECT_LT(significance_limit(50, behind, false, rules), rules.newest_p);
  }
  EXPECT_EQ(significance_limit(6, 3, false, rules), rules.older_p);  // one split alone
  EXPECT_DOUBLE_EQ(significance_limit(33, 6, true, rules), rules.older_p / (1 + 5 * std::log(10)));
  EXPECT_LT(significance_limit(50, 6, true, rules), significance_limit(33, 6, true, rules));
}

TEST(ChangePoints, AreFoundInHistoriesOfManyWindowsOnce) {
  std::vector<double> values;
  append(values, 1, 317);
  append(values, 1.05, 200);
  append(values, 1, 90);
  EXPECT_EQ(places(values), (std::vector<std::size_t>{317, 517}));
}

TEST(ChangePoints, AFlatShortOrSingleHistoryHasNone) {
  EXPECT_TRUE(change_points({}).empty());
  EXPECT_TRUE(places({1}).empty());
  EXPECT_TRUE(places(std::vector<double>(100, 3.0)).empty());
  std::vector<double> values;
  append(values, 1, 60);
  EXPECT_TRUE(places(values).empty());
}

TEST(ChangePoints, StepsThatAreNoNewsAreNone) {
  std::vector<double> values(30, 1.0);
  values.resize(60, 1.005);
  EXPECT_TRUE(places(values).empty());
}

TEST(ChangePoints, OneOutlierIsNoChange) {
  std::vector<double> values;
  append(values, 1, 40);
  values[20] = 3;
  EXPECT_TRUE(places(values).empty());
}

}  // namespace
}  // namespace roofmark
