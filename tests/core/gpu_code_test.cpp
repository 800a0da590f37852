// Which code a GPU runs of those that a program holds, and objects that hold none.
#include "core/gpu_code.h"

#include <gtest/gtest.h>

#include "tests/refusal.h"

namespace roofmark {
namespace {

const char one = 0, other = 0;
const GpuCodeEntry table[] = {{nullptr, 0, 0}, {&one, 80, 1},   {&one, 86, 2},
                              {&one, 90, 3},   {&other, 90, 4}, {&one, 100, 5}};

TEST(GpuCode, IsThatOfTheHighestArchitectureThatThePartRuns) {
  const auto code = [](const char* capability) { return gpu_code_hash(table, &one, capability); };
  EXPECT_EQ(code("8.0").size(), 16u);
  EXPECT_NE(code("8.0"), code("8.6"));
  EXPECT_EQ(code("8.7"), code("8.6"));
  EXPECT_EQ(code("8.9"), code("8.6"));
  EXPECT_NE(code("9.0"), code("8.6"));
  EXPECT_NE(code("9.0"), gpu_code_hash(table, &other, "9.0"));
  EXPECT_EQ(code("10.3"), code("10.0"));
}

TEST(GpuCode, IsUnknownWhereTheDriverCompilesItOrNobodyKnowsThePart) {
  for (const char* capability : {"7.5", "11.0", "12.0", "", "9", "nine"}) {
    EXPECT_EQ(gpu_code_hash(table, &one, capability), "") << capability;
  }
  EXPECT_EQ(gpu_code_hash(table, &other, "8.0"), "");
  EXPECT_EQ(gpu_code_hash({}, &one, "9.0"), "");
  EXPECT_EQ(launched_code(
                table, +[] {}, Machine{}),
            "");
}

TEST(GpuCode, WhatIsNoObjectIsRefused) {
  for (const std::string text : {"", "no object",
                                 "\x7f"
                                 "ELF\x02\x01"}) {
    EXPECT_NE(refusal([&] { device_code_hashes(text, "x.o"); }).find("x.o: "), std::string::npos);
  }
}

}  // namespace
}  // namespace roofmark
