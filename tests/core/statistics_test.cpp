#include "core/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace roofmark {
namespace {

TEST(Statistics, MedianOfAnOddCountIsTheMiddleAndOfAnEvenOneTheMean) {
  EXPECT_EQ(median(std::vector{3.0, 1.0, 2.0}), 2.0);
  EXPECT_EQ(median(std::vector{4.0, 1.0, 2.0, 3.0}), 2.5);
  EXPECT_TRUE(std::isnan(median({})));
}

TEST(Statistics, QuantilesInterpolateBetweenOrderStatistics) {
  const std::vector values{10.0, 20.0, 30.0, 40.0, 50.0};
  EXPECT_EQ(quantile(values, 0.0), 10.0);
  EXPECT_EQ(quantile(values, 1.0), 50.0);
  EXPECT_EQ(quantile(values, 0.9), 46.0);
}

// Ranks of the 95 % interval from the binomial table: n = 10 -> (2, 9), n = 20 -> (6, 15),
// n = 100 -> (40, 61).
TEST(Statistics, MedianIntervalTakesTheRanksOfTheBinomialTable) {
  const auto ranks = [](int n) {
    std::vector<double> values;
    for (int i = 1; i <= n; ++i) values.push_back(i);
    return median_interval(values);
  };
  EXPECT_EQ(ranks(10).low, 2);
  EXPECT_EQ(ranks(10).high, 9);
  EXPECT_EQ(ranks(20).low, 6);
  EXPECT_EQ(ranks(20).high, 15);
  EXPECT_EQ(ranks(100).low, 40);
  EXPECT_EQ(ranks(100).high, 61);
}

TEST(Statistics, FewerThanSixValuesHaveTheirRangeAsInterval) {
  const Interval interval = median_interval(std::vector{5.0, 1.0, 3.0});
  EXPECT_EQ(interval.low, 1.0);
  EXPECT_EQ(interval.high, 5.0);
}

TEST(Statistics, ThousandsOfValuesDoNotUnderflow) {
  std::vector<double> values;
  for (int i = 0; i < 5000; ++i) values.push_back(i);
  const Interval interval = median_interval(values);
  EXPECT_GT(interval.low, 2400);
  EXPECT_LT(interval.high, 2600);
  EXPECT_LT(interval.low, 2499.5);
  EXPECT_GT(interval.high, 2499.5);
}

TEST(Statistics, TheIntervalCoversTheTrueMedianInAtLeast95PercentOfDraws) {
  std::mt19937_64 random(5);
  std::lognormal_distribution<double> skewed(0.0, 1.0);  // true median 1
  int covered = 0;
  constexpr int draws = 4000;
  for (int draw = 0; draw < draws; ++draw) {
    std::vector<double> values(15);
    for (double& value : values) value = skewed(random);
    const Interval interval = median_interval(values);
    covered += interval.low <= 1.0 && 1.0 <= interval.high;
  }
  EXPECT_GE(covered, draws * 95 / 100);
}

TEST(Statistics, OneValueHasNoWidth) {
  EXPECT_TRUE(std::isinf(relative_half_width(std::vector{1.0})));
  EXPECT_EQ(relative_half_width(std::vector(10, 2.0)), 0.0);
}

}  // namespace
}  // namespace roofmark
