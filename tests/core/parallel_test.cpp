#include "core/parallel.h"

#include <gtest/gtest.h>

namespace roofmark {
namespace {

TEST(Apart, KeepsAPageBetweenTheMemoryOfThreads) {
  for (const std::int64_t bytes : {1, 64, 4095, 4096, 4097, 4160, 1 << 20}) {
    EXPECT_GE(apart(bytes), bytes + 4096) << bytes;
    EXPECT_LT(apart(bytes), bytes + 2 * 4096) << bytes;
    EXPECT_EQ(apart(bytes) % 4096, 0) << bytes;
  }
}

TEST(Apart, TakesNothingForNothing) { EXPECT_EQ(apart(0), 0); }

}  // namespace
}  // namespace roofmark
