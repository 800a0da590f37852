// The check of outputs at their real shape.
#include "kernels/verify.h"

#include <gtest/gtest.h>

#include <vector>

namespace roofmark {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double error_against_zero(const std::vector<float>& y, double tolerance = 1) {
  return largest_error(y.data(), static_cast<std::int64_t>(y.size()), [&](std::int64_t) {
    return Expected{0, tolerance};
  });
}

TEST(LargestError, IsTheLargestDistanceInUnitsOfTheTolerance) {
  EXPECT_EQ(error_against_zero({0, -3, 2}, 0.5), 6);
}

TEST(LargestError, LooksAtEveryElementOfAShortOutputAndAtBothEndsOfALongOne) {
  for (const std::size_t count : {1u, 64u, 1152u}) {
    for (std::size_t wrong = 0; wrong < count; wrong += 13) {
      std::vector<float> y(count);
      y[wrong] = 1;
      EXPECT_EQ(error_against_zero(y), 1) << wrong << " of " << count;
    }
  }
  for (const std::size_t wrong : {0u, 63u, 100000u - 64u, 99999u}) {
    std::vector<float> y(100000);
    y[wrong] = 1;
    EXPECT_EQ(error_against_zero(y), 1) << wrong;
  }
}

TEST(LargestError, FindsAFaultOfOneElementInAHundred) {
  std::vector<float> y(100000);
  for (std::size_t i = 50; i < y.size(); i += 100) y[i] = 1;
  EXPECT_EQ(error_against_zero(y), 1);
}

TEST(LargestError, FindsTheOneElementThatNobodyWrote) {
  std::vector<float> y(100000);
  poison(y.data() + 54321, 1);
  EXPECT_EQ(error_against_zero(y), infinity);
  y[54321] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(error_against_zero(y), infinity);
}

TEST(LargestError, TakesADenormalOfBf16Rounded_OrFlushedToZero_AndNothingBetween) {
  const double denormal = 0x1.8p-130;  // 12 of the steps of 2^-133
  const auto error_of = [&](std::uint16_t bits, double exact) {
    return largest_error(&bits, DType::bf16, 1, [&](std::int64_t) {
      return Expected{exact, rounding_to(DType::bf16, exact)};
    });
  };
  EXPECT_EQ(error_of(12, denormal), 0) << "rounded";
  EXPECT_EQ(error_of(0, denormal), 0) << "flushed";
  EXPECT_EQ(error_of(0x8000, denormal), 0) << "flushed, of either sign";
  EXPECT_GT(error_of(6, denormal), 1) << "half of it is neither";
  EXPECT_GT(error_of(0, 0x1p-126), 1) << "the smallest normal number is not flushed";
}

TEST(LargestError, CallsWrongWhatCannotBeJudged) {
  EXPECT_EQ(error_against_zero({0}, 0), infinity) << "0 / 0";
  EXPECT_EQ(worse(1, std::nan("")), infinity);
  EXPECT_EQ(worse(std::nan(""), 1), infinity);
  EXPECT_EQ(worse(1, 2), 2);
}

}  // namespace
}  // namespace roofmark
