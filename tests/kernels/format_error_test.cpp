// What formats cost a product: against what rounding theory says of each.
#include "kernels/format_error.h"

#include <gtest/gtest.h>

#include <cmath>

namespace roofmark {
namespace {

double cost(const char* format, std::int64_t k = 4096, std::int64_t group = 0) {
  Shape shape{{"n", 8}, {"k", k}};
  if (group > 0) shape.extents.push_back({"group", group});
  return product_format_error(shape, *format_from(format));
}

TEST(FormatError, OfFloatingPointIsThatOfRoundingBothOperandsAndTheResult) {
  // A rounding to p bits of significand errs by 2^-p times 0.36 to 0.41, root mean square over a
  // binade; three of them add up as squares.
  EXPECT_LT(cost("f32"), 0x1p-23);
  EXPECT_NEAR(cost("f16-f32"), 0x1p-11 * 0.39 * std::sqrt(3.0), 0x1p-11 * 0.15);
  EXPECT_NEAR(cost("bf16-f32"), 0x1p-8 * 0.39 * std::sqrt(3.0), 0x1p-8 * 0.15);
}

TEST(FormatError, OfIntegersIsThatOfTheirSteps) {
  // A step of s errs by s / sqrt(12); the largest of 4096 normal numbers is about 3.6, of 128 about
  // 2.7, of 32 about 2.1.
  const double byte = 3.6 / 127 / std::sqrt(12.0);
  EXPECT_NEAR(cost("w8a8"), byte * std::sqrt(2.0), 0.2 * byte);
  EXPECT_NEAR(cost("w4a16", 4096, 128), 2.7 / 7 / std::sqrt(12.0), 0.015);
  EXPECT_NEAR(cost("w4a16", 4096, 32), 2.1 / 7 / std::sqrt(12.0), 0.015);
  EXPECT_GT(cost("w4a8", 4096, 128), cost("w4a16", 4096, 128));
}

TEST(FormatError, IsTheSameEachTime) { EXPECT_EQ(cost("w4a8", 100, 32), cost("w4a8", 100, 32)); }

}  // namespace
}  // namespace roofmark
