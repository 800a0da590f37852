// The bandwidth probes' leaves that ask by L2, which a machine runs only where it does so.
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "probes/stream/stream.isa.h"
#include "tests/kernels/guarded.h"

namespace roofmark {
namespace {

constexpr std::int64_t count = 3 * stream_step / 4, beyond = 16;

/// Whole cache lines, as stores past the caches want them.
struct Aligned {
  struct alignas(64) Line {
    float values[16];
  };
  std::vector<Line> lines;

  explicit Aligned(std::int64_t floats, float value = -7)
      : lines(static_cast<std::size_t>(floats / 16)) {
    for (std::int64_t i = 0; i < floats; ++i) (*this)[i] = value;
  }
  float& operator[](std::int64_t i) {
    return lines[static_cast<std::size_t>(i / 16)].values[i % 16];
  }
  float* data() { return lines.data()->values; }
};

Aligned random_values(unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(0.5f, 2);
  Aligned values(count);
  for (std::int64_t i = 0; i < count; ++i) values[i] = uniform(random);
  return values;
}

/// Runs a leaf over two passes; every element is what `wanted` says of (b, c), nothing behind them
/// is touched.
template <class Wanted>
void expect_right(StreamLeaf leaf, Wanted wanted) {
  Aligned a(count + beyond), b = random_values(1), c = random_values(2), scalar(16, 3);
  leaf({a.data(), b.data(), c.data(), b.data(), 4 * count}, scalar.data(), 2);
  for (std::int64_t i = 0; i < count; ++i) {
    ASSERT_NEAR(a[i], wanted(b[i], c[i]), 1e-5) << "element " << i;
  }
  for (std::int64_t i = count; i < count + beyond; ++i) EXPECT_EQ(a[i], -7) << "behind the last";
}

void expect_untouched(StreamLeaf leaf) {
  Aligned a(count), b = random_values(1), before = random_values(1), scalar(16, 3);
  leaf({a.data(), b.data(), b.data(), b.data(), 4 * count}, scalar.data(), 2);
  for (std::int64_t i = 0; i < count; ++i) {
    ASSERT_EQ(a[i], -7) << "element " << i;
    ASSERT_EQ(b[i], before[i]) << "element " << i;
  }
}

TEST(StreamLeaves, ThatAskByL2AreRightWhateverStandsBesideTheirLines) {
  int ran = 0;
  const auto copied = [](float b, float) { return b; };
  const auto added = [](float b, float c) { return b + 3 * c; };
#define ROOFMARK_CHECK(isa, vector_bytes)                                                     \
  if (can_run(#isa)) {                                                                        \
    ++ran;                                                                                    \
    for (const StreamLeaf leaf : isa_##isa::stream_copy_by_l2) expect_right(leaf, copied);    \
    for (const StreamLeaf leaf : isa_##isa::stream_copy_nt_by_l2) expect_right(leaf, copied); \
    for (const StreamLeaf leaf : isa_##isa::stream_triad_by_l2) expect_right(leaf, added);    \
    for (const StreamLeaf leaf : isa_##isa::stream_triad_nt_by_l2) expect_right(leaf, added); \
    for (const StreamLeaf leaf : isa_##isa::stream_read_by_l2) expect_untouched(leaf);        \
  }
  ROOFMARK_EACH_ISA_OF_stream(ROOFMARK_CHECK)
#undef ROOFMARK_CHECK
      EXPECT_GT(ran, 0);
}

}  // namespace
}  // namespace roofmark
