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
