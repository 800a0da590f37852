// The bandwidth probes' leaves that ask by L2, which a machine runs only where it does so.
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "probes/stream/stream.isa.h"
#include "tests/kernels/guarded.h"

namespace roofmark {
namespace {

constexpr std::int64_t count = 3 * stream_step / 4, beyond = 16;

std::vector<float> random_values(unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(0.5f, 2);
  std::vector<float> values(count);
  for (float& value : values) value = uniform(random);
  return values;
}

/// Runs a leaf over two passes; every element is what `wanted` says of (b, c), nothing behind them
/// is touched.
template <class Wanted>
void expect_right(StreamLeaf leaf, Wanted wanted) {
  std::vector<float> a(count + beyond, -7.0f);
  const std::vector<float> b = random_values(1), c = random_values(2), scalar(16, 3.0f);
  leaf({a.data(), b.data(), c.data(), b.data(), 4 * count}, scalar.data(), 2);
  for (std::int64_t i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    ASSERT_NEAR(a[at], wanted(b[at], c[at]), 1e-5) << "element " << i;
  }
  for (std::int64_t i = count; i < count + beyond; ++i) {
    EXPECT_EQ(a[static_cast<std::size_t>(i)], -7.0f) << "behind the last";
  }
}

TEST(StreamLeaves, ThatAskByL2AreRightWhateverStandsBesideTheirLines) {
  int ran = 0;
#define ROOFMARK_CHECK(isa, vector_bytes)                                          \
  if (can_run(#isa)) {                                                             \
    ++ran;                                                                         \
    for (const StreamLeaf leaf : isa_##isa::stream_copy_by_l2) {                   \
      expect_right(leaf, [](float b, float) { return b; });                        \
    }                                                                              \
    for (const StreamLeaf leaf : isa_##isa::stream_triad_by_l2) {                  \
      expect_right(leaf, [](float b, float c) { return b + 3 * c; });              \
    }                                                                              \
    for (const StreamLeaf leaf : isa_##isa::stream_read_by_l2) {                   \
      std::vector<float> b = random_values(1);                                     \
      const std::vector<float> before = b, scalar(16, 3.0f);                       \
      leaf({b.data(), b.data(), b.data(), b.data(), 4 * count}, scalar.data(), 2); \
      EXPECT_EQ(b, before);                                                        \
    }                                                                              \
  }
  ROOFMARK_EACH_ISA_OF_stream(ROOFMARK_CHECK)
#undef ROOFMARK_CHECK
      EXPECT_GT(ran, 0);
}

}  // namespace
}  // namespace roofmark
