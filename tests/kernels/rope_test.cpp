// Every leaf of the rotary position embedding against float64, element by element.
#include "kernels/rope/rope.h"

#include <gtest/gtest.h>

#include "tests/kernels/numbers.h"

namespace roofmark {
namespace {

template <class T, class Body>
void each_leaf_of(Body body) {
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::rope}, {#isa, isa_##isa::rope_nt},
  if constexpr (std::is_same_v<T, bf16>) {
    for_each_runnable<RopeLeaf<T>>({ROOFMARK_EACH_ISA_OF_rope(ROOFMARK_ROW)}, body);
  } else {
    for_each_runnable<RopeLeaf<T>>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, body);
  }
#undef ROOFMARK_ROW
}

TEST(RopeLeaves, TurnEveryPairAndWriteNoOther) {
  for_each_element([](auto element) {
    using T = decltype(element);
    each_leaf_of<T>([](RopeLeaf<T> rope) {
      constexpr std::int64_t heads = 2;
      for (const std::int64_t half : {1, 2, 3, 7, 13, 16, 31, 32, 33, 40, 64, 97, 128, 256, 301}) {
        const std::int64_t tokens = half < 256 ? 3 : rows_of<T>(heads * 2 * half);
        const std::int64_t count = tokens * heads * 2 * half;
        const RopeAngles angles = rope_angles(tokens, 2 * half);
        const Numbers<T> x(count, half % 2);
        GuardedNumbers<T> y(count, half % 2);
        rope(x.data(), angles.cosines.data(), angles.sines.data(), y.data(), tokens, heads, half);
        const auto error = [&](std::int64_t at) {
          const std::int64_t angle = at / (heads * 2);
          return rope_error(x.data() + at, angles.cosines.data() + angle,
                            angles.sines.data() + angle, y.data() + at, type_of<T>, 1, heads,
                            2 * half);
        };
        ASSERT_LE(largest_of_rows(tokens, heads * 2 * half, error), 1) << half;
        y.expect_intact();
      }
    });
  });
}

TEST(RopeLeaves, MayWriteOverTheirOperand) {
  each_leaf_of<bf16>([](RopeLeaf<bf16> rope) {
    const RopeAngles angles = rope_angles(3, 128);
    Numbers<bf16> x(3 * 5 * 128, 0);
    const Numbers<bf16> was = x;
    rope(x.data(), angles.cosines.data(), angles.sines.data(), x.data(), 3, 5, 64);
    EXPECT_LE(rope_error(was.data(), angles.cosines.data(), angles.sines.data(), x.data(),
                         DType::bf16, 3, 5, 128),
              1);
  });
}

TEST(RopeLeaves, LeaveTheFirstTokenAsItIs) {
  for_each_element([](auto element) {
    using T = decltype(element);
    each_leaf_of<T>([](RopeLeaf<T> rope) {
      const RopeAngles angles = rope_angles(1, 128);
      const Numbers<T> x(3 * 128, 0);
      GuardedNumbers<T> y(3 * 128, 0);
      rope(x.data(), angles.cosines.data(), angles.sines.data(), y.data(), 1, 3, 64);
      for (int i = 0; i < 3 * 128; ++i) ASSERT_EQ(y[i], x[i]) << i;
    });
  });
}

}  // namespace
}  // namespace roofmark
