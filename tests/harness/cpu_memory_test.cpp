// Memory of the CPU device: what it says of the pages it lies on.
#include "harness/cpu_memory.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>

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

}  // namespace
}  // namespace roofmark
