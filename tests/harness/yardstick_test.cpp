// The quiet gate's yardstick: neither a rare impossible reading nor a busy neighbour moves it.
#include "harness/yardstick.h"

#include <gtest/gtest.h>

#include <limits>

namespace roofmark {
namespace {

TEST(Yardstick, OfNothingIsZero) { EXPECT_EQ(Yardstick{}.value(), 0); }

TEST(Yardstick, IsWithinHalfAPercentBelowASteadyRate) {
  Yardstick yardstick;
  for (int i = 0; i < 300; ++i) yardstick.add(8);
  EXPECT_LE(yardstick.value(), 8);
  EXPECT_GT(yardstick.value(), 8 / 1.0051);
}

TEST(Yardstick, OneImpossibleReadingInAHundredAndOneDoesNotRaiseIt) {
  Yardstick yardstick;
  for (int i = 0; i < 1000; ++i) yardstick.add(i % 101 == 0 ? 12.2 : 7.95);
  EXPECT_LT(yardstick.value(), 8);
}

TEST(Yardstick, TwoQuietReadingsInAHundredAreEnough) {
  Yardstick yardstick;
  for (int i = 0; i < 1000; ++i) yardstick.add(i % 50 == 0 ? 7.95 : 4.0);
  EXPECT_GT(yardstick.value(), 7.9);
}

TEST(Yardstick, IgnoresWhatIsNoRate) {
  Yardstick yardstick;
  for (const double rate : {0.0, -1.0, std::numeric_limits<double>::infinity(),
                            std::numeric_limits<double>::quiet_NaN()}) {
    yardstick.add(rate);
  }
  EXPECT_EQ(yardstick.readings(), 0);
  EXPECT_EQ(yardstick.value(), 0);
}

}  // namespace
}  // namespace roofmark
