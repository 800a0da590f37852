// Every leaf of the dynamic quantization against float64, element by element.
#include "kernels/quantize/quantize.h"

#include <gtest/gtest.h>

#include "tests/kernels/numbers.h"

namespace roofmark {
namespace {

template <class T, class Body>
void each_leaf_of(Body body) {
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::quantize},
  for_each_runnable<QuantizeLeaf<T>>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, body);
#undef ROOFMARK_ROW
}

constexpr int poison = 0x80;  // -128, which no element is

TEST(QuantizeLeaves, RoundEveryElementAndWriteNoOther) {
  for_each_element([](auto element) {
    using T = decltype(element);
    each_leaf_of<T>([](QuantizeLeaf<T> quantize) {
      for (const std::int64_t cols : odd_lengths()) {
        const Numbers<T> x(3 * cols, cols % 2, 5);
        GuardedNumbers<std::int8_t> q(3 * cols, cols % 3, poison);
        GuardedNumbers<float> scales(3, 1);
        quantize(x.data(), q.data(), scales.data(), 3, cols);
        for (int r = 0; r < 3; ++r) {
          ASSERT_LE(quantized_row_error(x.data() + r * cols, type_of<T>, cols, q.data() + r * cols,
                                        scales.data()[r]),
                    1)
              << "row " << r << " of " << cols;
        }
        q.expect_intact();
        scales.expect_intact();
      }
    });
  });
}

TEST(QuantizeLeaves, ReachBothEndsAndRoundTiesToEven) {
  each_leaf_of<float>([](QuantizeLeaf<float> quantize) {
    Numbers<float> x(300, 0, 0);
    const double values[] = {127, -127, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 126.5, -126.5, 0.49, 1};
    const int rounded[] = {127, -127, 0, 2, 2, 0, -2, -2, 126, -126, 0, 1};
    for (const int at : {0, 70, 280}) {
      for (int i = 0; i < 12; ++i) x.set(at + i, values[i]);
    }
    GuardedNumbers<std::int8_t> q(300, 0, poison);
    float scale = 0;
    quantize(x.data(), q.data(), &scale, 1, 300);
    EXPECT_EQ(scale, 1);
    for (const int at : {0, 70, 280}) {
      for (int i = 0; i < 12; ++i) EXPECT_EQ(q.data()[at + i], rounded[i]) << values[i];
    }
  });
}

TEST(QuantizeLeaves, LeaveARowOfZerosZero) {
  for_each_element([](auto element) {
    using T = decltype(element);
    each_leaf_of<T>([](QuantizeLeaf<T> quantize) {
      const Numbers<T> x(100, 0, 0);
      GuardedNumbers<std::int8_t> q(100, 0, poison);
      float scale = 1;
      quantize(x.data(), q.data(), &scale, 1, 100);
      EXPECT_EQ(scale, 0);
      for (int c = 0; c < 100; ++c) EXPECT_EQ(q.data()[c], 0) << c;
    });
  });
}

}  // namespace
}  // namespace roofmark
