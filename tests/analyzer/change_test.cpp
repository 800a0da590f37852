#include "analyzer/tracking/change.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/simulation/histories.h"

namespace roofmark {
namespace {

/// n values around `centre` whose logarithms have a standard deviation of about `spread`.
std::vector<double> around(double centre, double spread, int n) {
  std::vector<double> values;
  for (int i = 0; i < n; ++i) values.push_back(centre * std::exp(i % 2 == 0 ? spread : -spread));
  return values;
}

TEST(Change, APastKnowsMeanAndStandardDeviationOfLogarithms) {
  const std::vector<double> values{1, std::exp(1.0), std::exp(2.0)};
  const Past past = past_of(values);
  EXPECT_EQ(past.rounds, 3u);
  EXPECT_DOUBLE_EQ(past.centre, 1);
  EXPECT_DOUBLE_EQ(past.spread, 1);
  EXPECT_EQ(past.freedom, 2);
  EXPECT_DOUBLE_EQ(past.highest, 2);
}

TEST(Change, TheIntervalIsStudentsPredictionIntervalOfOneNewRound) {
  // n = 3, s = 0.01: half width t(0.9975; 2) s sqrt(1 + 1/3), t = 14.0890.
  const std::vector<double> before{std::exp(-0.01), 1, std::exp(0.01)}, fresh{1.1};
  const Shift shift = change_of(past_of(before), fresh);
  const double reach = 14.0890 * 0.01 * std::sqrt(4.0 / 3);
  EXPECT_NEAR(shift.share, 0.1, 1e-12);
  EXPECT_NEAR(shift.low, 1.1 * std::exp(-reach) - 1, 1e-5);
  EXPECT_NEAR(shift.high, 1.1 * std::exp(reach) - 1, 1e-5);
  EXPECT_FALSE(shift.outside);
  EXPECT_TRUE(shift.beyond_range);
}

TEST(Change, NewRoundsWithinTheOldRangeAreNeverBeyondIt) {
  // Two modes: 1 and 1.04.  All new rounds in the slower one are nothing new.
  std::vector<double> before = around(1, 0.001, 14);
  before.push_back(1.04);
  EXPECT_FALSE(change_of(past_of(before), std::vector<double>{1.041, 1.042, 1.041}).beyond_range);
  EXPECT_TRUE(change_of(past_of(before), std::vector<double>{1.08, 1.08, 1.08}).beyond_range);
  EXPECT_FALSE(change_of(past_of(before), std::vector<double>{1.08, 1.08, 1.00}).beyond_range);
}

TEST(Change, ASeriesWithoutSpreadChangesByWhateverItDiffers) {
  const Past past = past_of(std::vector<double>{2, 2, 2, 2});
  EXPECT_TRUE(change_of(past, std::vector<double>{2.1}).outside);
  EXPECT_EQ(change_of(past, std::vector<double>{2.1}).p, 0);
  EXPECT_FALSE(change_of(past, std::vector<double>{2}).outside);
  EXPECT_EQ(change_of(past, std::vector<double>{2}).p, 1);
}

TEST(Change, TheMedianOfNormalValuesVariesAsTheTableSays) {
  simulation::Noise noise(7);
  for (const std::size_t k : {2u, 3u, 4u, 7u, 12u}) {
    double squares = 0;
    constexpr int trials = 40000;
    for (int i = 0; i < trials; ++i) {
      std::vector<double> values(k);
      for (double& value : values) value = noise.normal();
      std::sort(values.begin(), values.end());
      const double middle = (values[(k - 1) / 2] + values[k / 2]) / 2;
      squares += middle * middle;
    }
    EXPECT_NEAR(squares / trials / variance_of_median(k), 1, k > 10 ? 0.08 : 0.03) << k;
  }
}

TEST(Change, MoreRoundsFindSmallerChangesDownToTheFloor) {
  const auto found = [](int rounds, double spread) {
    return detectable(past_of(around(1, spread, rounds)), 3, least_floor, 1);
  };
  EXPECT_GT(found(4, 0.01), found(8, 0.01));
  EXPECT_GT(found(8, 0.01), found(16, 0.01));
  EXPECT_LT(found(16, 0.01), 0.05);
  EXPECT_NEAR(found(16, 1e-6), least_floor, 1e-4);
  EXPECT_TRUE(std::isinf(detectable(past_of(std::vector<double>{1}), 3, least_floor, 1)));
}

TEST(Change, WhatIsFoundCountsTheHighestRoundTheFewAndTheManySeries) {
  const auto found = [](const std::vector<double>& earlier, std::size_t series) {
    return detectable(past_of(earlier), 3, least_floor, series);
  };
  const std::vector<double> scattered = around(1, 0.02, 15);  // beyond what the floor decides
  EXPECT_GT(found(scattered, 40), found(scattered, 1) + 0.003);
  std::vector<double> earlier = around(1, 0.01, 15);
  earlier.back() = 1.06;
  const Past wide = past_of(earlier);
  EXPECT_GT(std::log1p(found(earlier, 1)), wide.highest - wide.centre + wide.spread / 2);
  const std::vector<double> few = around(1, 0.01, 6);
  EXPECT_GT(found(few, 1), least_of_few(past_of(few), 3, least_floor));
}

TEST(Change, BenjaminiAndHochbergsOwnExampleRejectsTheFirstFour) {
  // Their section 3.2: fifteen P values, q = 0.05.
  const std::vector<double> p{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                              0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
  EXPECT_EQ(false_discovery_limit(p, 0.05), 0.0095);
  EXPECT_EQ(false_discovery_limit(std::vector<double>{0.5, 0.9}, 0.05), 0);
  EXPECT_EQ(false_discovery_limit({}, 0.05), 0);
}

/// Fifteen rounds about 1 by `spread`, and these in the place of the last ones.
std::vector<double> with_last(double spread, const std::vector<double>& last) {
  std::vector<double> values = around(1, spread, 15);
  std::copy(last.begin(), last.end(), values.end() - static_cast<std::ptrdiff_t>(last.size()));
  return values;
}

TEST(Strays, OneRoundOfFifteenThatWasElsewhereHidesNoChange) {
  const std::vector<double> values = with_last(0.01, {1.3}), fresh{1.1, 1.11, 1.1};
  EXPECT_FALSE(change_of(past_of(values), fresh).outside);
  const Past past = without_strays(values);
  EXPECT_EQ(past.rounds, 15u);
  ASSERT_EQ(past.strays.size(), 1u);
  EXPECT_EQ(past.strays[0].level, std::log(1.3));
  EXPECT_LT(past.spread, 0.015);
  EXPECT_TRUE(change_of(past, fresh).outside);
  EXPECT_TRUE(change_of(past, fresh).beyond_range);
}

TEST(Strays, WhatThreeOfFifteenDoIsHowTheSeriesIs) {
  EXPECT_EQ(without_strays(with_last(0.01, {1.3, 0.8})).strays.size(), 2u);
  EXPECT_TRUE(without_strays(with_last(0.01, {1.3, 1.31, 1.29})).strays.empty());
  EXPECT_TRUE(without_strays(around(1, 0.01, 15)).strays.empty());
  std::vector<double> few = around(1, 0.01, 9);
  few.back() = 1.3;
  EXPECT_TRUE(without_strays(few).strays.empty()) << "of nine nobody can tell";
}

TEST(Strays, TheLevelOfOneIsNoNewOne) {
  const Past past = without_strays(with_last(0.01, {1.1}));
  ASSERT_EQ(past.strays.size(), 1u);
  const auto is_known = [&](const std::vector<double>& fresh) {
    const Shift shift = change_of(past, fresh);
    EXPECT_TRUE(shift.beyond_range);
    EXPECT_EQ(shift.known_level, shift.near_stray);
    return shift.known_level;
  };
  EXPECT_TRUE(is_known({1.1, 1.11, 1.1}));
  EXPECT_FALSE(is_known({1.055, 1.055, 1.055})) << "4 spreads below it";
  EXPECT_FALSE(is_known({1.2, 1.21, 1.2}));
  EXPECT_FALSE(is_known({0.9, 0.91, 0.9}));
}

/// Fifteen rounds about 1, of which the i-th was a stray of a tenth.
Past with_stray_at(std::size_t i) {
  std::vector<double> values = around(1, 0.01, 15);
  values[i] = 1.1;
  return without_strays(values);
}

TEST(Strays, OneThatPassedHidesNoLevelThatLasts) {
  const auto shift = [](std::size_t at, std::size_t rounds) {
    return change_of(with_stray_at(at), std::vector<double>(rounds, 1.1));
  };
  EXPECT_TRUE(shift(7, 3).known_level) << "three such rounds: P = 0.0027";
  EXPECT_FALSE(shift(7, 5).known_level) << "five: 0.0002";
  EXPECT_TRUE(shift(7, 5).near_stray);
  EXPECT_TRUE(shift(14, 5).known_level) << "nobody knows how long the last would have stayed";
  EXPECT_TRUE(shift(0, 5).known_level) << "nor the first how long it had";
  // Two side by side are a level that lasts.
  std::vector<double> values = around(1, 0.01, 15);
  values[7] = values[8] = 1.1;
  const Past past = without_strays(values);
  ASSERT_EQ(past.strays.size(), 2u);
  EXPECT_TRUE(change_of(past, std::vector<double>(5, 1.1)).known_level);
}

TEST(Change, ARoundOfTheOldLevelIsNotOfTheNewOneForBeingTheHighest) {
  // Two modes 4 % apart, and all earlier rounds in the first: two of these five are in it again.
  const Past past = without_strays(around(1, 0.005, 15));
  const auto shift = [&](double second, double fourth) {
    return change_of(past, std::vector<double>{1.04, second, 1.041, fourth, 1.04});
  };
  EXPECT_FALSE(shift(1.006, 0.995).beyond_range);
  EXPECT_TRUE(shift(1.04, 0.995).beyond_range);
  EXPECT_TRUE(shift(1.04, 0.995).wavers);
  EXPECT_TRUE(shift(1.04, 1.006).wavers);
  EXPECT_FALSE(shift(1.04, 1.025).wavers) << "3 spreads below their median";
  // A new level may scatter more than the old one did.
  const std::vector<double> wide{1.09, 1.1, 1.1, 1.08, 1.12};
  EXPECT_TRUE(change_of(past_of(std::vector<double>(15, 1)), wide).beyond_range);
  EXPECT_FALSE(change_of(past_of(std::vector<double>(15, 1)), wide).wavers);
}

TEST(Strays, OneOfFiveNewRoundsMayBeOne) {
  const Past past = without_strays(around(1, 0.01, 15));
  const auto beyond = [&](const std::vector<double>& fresh) {
    return change_of(past, fresh).beyond_range;
  };
  EXPECT_TRUE(beyond({1.1, 1.1, 0.9, 1.1, 1.1}));
  EXPECT_FALSE(beyond({1.1, 0.9, 0.9, 1.1, 1.1}));
  EXPECT_FALSE(beyond({1.1, 0.9, 1.1, 1.1})) << "of four none";
}

}  // namespace
}  // namespace roofmark
