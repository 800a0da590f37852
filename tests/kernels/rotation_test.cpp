// Slices of cold memory: where they begin, how many there are.
#include "kernels/rotation.h"

#include <gtest/gtest.h>

#include "tests/kernels/memory_device.h"

namespace roofmark {
namespace {

TEST(Rotation, GoesRoundInWholePagesAndStaysInside) {
  MemoryDevice device;
  const Buffer buffer = device.allocate(5 * 8192, 1, Pages::base);
  Rotation rotation(buffer, 5000);  // two pages each
  ASSERT_EQ(rotation.slices(), 5);
  for (int turn = 0; turn < 11; ++turn) {
    EXPECT_EQ(rotation.next() - buffer.data, turn % 5 * 8192);
  }
}

TEST(Rotation, ColdOperandsAreWhatIsReadUntilTheFewestSlicesBeginAnew) {
  EXPECT_EQ(cold_operands_of({}).rotation_bytes, 0);
  EXPECT_EQ(cold_operands_of({}).huge_page_share, std::nullopt);
  // 64 launches read all of the weights, and a sixteenth of the scales.
  const ColdOperands both = cold_operands_of({{64, 3 << 20, 1.0}, {1024, 1 << 20, 0.5}});
  EXPECT_EQ(both.rotation_bytes, 256 << 20);
  EXPECT_EQ(both.huge_page_share, 0.875);
  const ColdOperands half = cold_operands_of({{64, 3 << 20, 1.0}, {1024, 1 << 20, {}}});
  EXPECT_EQ(half.rotation_bytes, 256 << 20);
  EXPECT_EQ(half.huge_page_share, std::nullopt);  // of what is not known no part is
}

TEST(Rotation, OfASliceThatFillsTheBufferStaysAtItsBeginning) {
  MemoryDevice device;
  const Buffer buffer = device.allocate(5000, 1, Pages::base);
  Rotation rotation(buffer, 5000);
  EXPECT_EQ(rotation.slices(), 1);
  EXPECT_EQ(rotation.next(), buffer.data);
  EXPECT_EQ(rotation.next(), buffer.data);
}

TEST(RotationBytes, AreFourLastLevelCachesAGibibyteOrAQuarterOfMemory) {
  Machine machine;
  constexpr std::int64_t gib = std::int64_t{1} << 30;
  EXPECT_EQ(rotation_bytes(machine, 100), gib);  // nothing known
  machine.environment.memory_available_bytes = 64 * gib;
  EXPECT_EQ(rotation_bytes(machine, 100), gib);
  machine.cpu.caches = {{.level = 3, .size_bytes = gib / 2}};
  EXPECT_EQ(rotation_bytes(machine, 100), 2 * gib);
  machine.environment.memory_available_bytes = 2 * gib;
  EXPECT_EQ(rotation_bytes(machine, 100), gib / 2);
  EXPECT_EQ(rotation_bytes(machine, 3 * gib), 3 * gib);  // one call must fit whatever the memory
}

}  // namespace
}  // namespace roofmark
