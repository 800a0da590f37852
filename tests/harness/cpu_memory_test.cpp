// Memory of the CPU device: what it says of the pages it lies on.
#include "harness/cpu_memory.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>

#include <utility>

namespace roofmark {
namespace {

constexpr std::int64_t mib = 1 << 20;

TEST(CpuMemory, SaysWhichPartOfALargeBufferIsOnHugePagesAndNothingOfOthers) {
  CpuMemory memory(512 * mib);
  const Buffer huge = memory.allocate(128 * mib, 1, Pages::huge);
  ASSERT_TRUE(huge.huge_share);
  EXPECT_GE(*huge.huge_share, 0);
  EXPECT_LE(*huge.huge_share, 1);
  EXPECT_EQ(memory.allocate(128 * mib, 1, Pages::base).huge_share, std::nullopt);
  EXPECT_EQ(memory.allocate(mib, 1, Pages::huge).huge_share, std::nullopt);  // not worth a look
}

TEST(CpuMemory, WithoutHugePagesNoPartIsOnThem) {
  ASSERT_EQ(::prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0), 0);
  CpuMemory memory(256 * mib);
  const Buffer buffer = memory.allocate(128 * mib, 1, Pages::huge);
  ::prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
  EXPECT_EQ(buffer.huge_share, 0);
}

TEST(CpuMemory, WhatIsKeptForTheNextCaseIsNotClearedAgain) {
  CpuMemory memory(256 * mib, true);
  const auto first_byte = [&](std::int64_t size_bytes, Pages pages = Pages::huge) {
    const Buffer buffer = memory.allocate(size_bytes, 1, pages);
    return std::exchange(buffer.data[8 << 10], std::byte{7});
  };
  EXPECT_EQ(first_byte(64 * mib), std::byte{0});
  EXPECT_EQ(first_byte(64 * mib), std::byte{7});
  EXPECT_EQ(first_byte(mib), std::byte{0});  // not worth keeping
  EXPECT_EQ(first_byte(32 * mib + 4096, Pages::base), std::byte{0});
  EXPECT_EQ(first_byte(32 * mib + 12288, Pages::base), std::byte{7});
}

}  // namespace
}  // namespace roofmark
