#include "core/nearest.h"

#include <gtest/gtest.h>

namespace roofmark {
namespace {

TEST(Nearest, FindsTheLeastDistanceWhateverTheCase) {
  EXPECT_EQ(nearest("LLAMA-2-7", {"llama-3-8b", "llama-2-7b"}), "llama-2-7b");
  EXPECT_EQ(nearest("lama-3-8b", {"llama-3-8b", "llama-2-7b"}), "llama-3-8b");
  EXPECT_EQ(nearest("a600", {"h200", "a6000"}), "a6000");
}

TEST(Nearest, OfEquallyNearOnesTheOneThatBeginsAsTyped) {
  EXPECT_EQ(nearest("a600", {"a100", "a6000", "t600"}), "a6000");
  EXPECT_EQ(nearest("h10", {"a10", "h100"}), "h100");
}

TEST(Nearest, SaysNothingRatherThanSomethingFarOff) {
  EXPECT_EQ(nearest("mistral", {"llama-3-8b", "llama-2-7b"}), std::nullopt);
  EXPECT_EQ(nearest(std::string(1 << 20, 'x'), {"llama-2-7b"}), std::nullopt);
  EXPECT_EQ(nearest("x", {}), std::nullopt);
}

}  // namespace
}  // namespace roofmark
