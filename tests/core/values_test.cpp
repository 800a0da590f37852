// Numbers to bits and back.
#include "core/values.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace roofmark {
namespace {

double there_and_back(double x, DType type) {
  const std::uint64_t bits = encoded(x, type);
  return value_at(&bits, type, 0);
}

TEST(Values, EveryNumberOf16BitsIsEncodedAsItself) {
  for (const DType type : {DType::f16, DType::bf16}) {
    for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
      const double x = value_at(&bits, type, 0);
      if (std::isnan(x)) {
        EXPECT_TRUE(std::isnan(there_and_back(x, type)));
      } else {
        ASSERT_EQ(encoded(x, type), bits) << name(type) << ' ' << x;
      }
    }
  }
}

TEST(Values, WhatLiesBetweenTwoNumbersGoesToTheNearerAndTiesToTheEvenOne) {
  for (const DType type : {DType::f16, DType::bf16}) {
    const std::uint32_t largest = type == DType::f16 ? 0x7bff : 0x7f7f;
    for (std::uint32_t bits = 0; bits < largest; ++bits) {
      const std::uint32_t next = bits + 1;
      const double low = value_at(&bits, type, 0), high = value_at(&next, type, 0);
      ASSERT_EQ(encoded(low + 0.25 * (high - low), type), bits);
      ASSERT_EQ(encoded(low + 0.75 * (high - low), type), next);
      ASSERT_EQ(encoded(0.5 * (low + high), type), bits % 2 == 0 ? bits : next);
    }
  }
}

TEST(Values, EveryNumberOfFp8IsEncodedAsItselfAndWhatIsTooLargeAsTheLargest) {
  for (std::uint32_t bits = 0; bits < 0x100; ++bits) {
    const double x = value_at(&bits, DType::fp8, 0);
    if (std::isnan(x)) continue;
    ASSERT_EQ(encoded(x, DType::fp8), bits) << x;
  }
  EXPECT_EQ(there_and_back(1.0625, DType::fp8), 1);
  EXPECT_EQ(there_and_back(1.1875, DType::fp8), 1.25);
  EXPECT_EQ(there_and_back(0x1p-10, DType::fp8), 0);
  EXPECT_EQ(there_and_back(0x1.8p-10, DType::fp8), 0x1p-9);
  EXPECT_EQ(there_and_back(1e9, DType::fp8), 448);
  EXPECT_EQ(there_and_back(-std::numeric_limits<double>::infinity(), DType::fp8), -448);
  EXPECT_TRUE(std::isnan(there_and_back(std::nan(""), DType::fp8)));
}

TEST(Values, WhatIsTooLargeIsInfinite) {
  EXPECT_EQ(there_and_back(65519, DType::f16), 65504);
  EXPECT_EQ(there_and_back(65520, DType::f16), std::numeric_limits<double>::infinity());
  EXPECT_EQ(there_and_back(-1e300, DType::bf16), -std::numeric_limits<double>::infinity());
}

TEST(Values, WideNumbersKeepTheirOwnRounding) {
  EXPECT_EQ(there_and_back(1.0 / 3, DType::f64), 1.0 / 3);
  EXPECT_EQ(there_and_back(1.0 / 3, DType::f32), 1.0F / 3);
}

}  // namespace
}  // namespace roofmark
