// Every leaf of the gated activation against float64, element by element.
#include "kernels/activation/activation.h"

#include <gtest/gtest.h>

#include "tests/kernels/numbers.h"

namespace roofmark {
namespace {

template <class T, class Body>
void each_leaf_of(Body body) {
#define ROOFMARK_ROW(isa, vector_bytes) \
  {#isa, isa_##isa::activation}, {#isa, isa_##isa::activation_nt},
  for_each_runnable<ActivationLeaf<T>>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, body);
#undef ROOFMARK_ROW
}

TEST(ActivationLeaves, ComputeEveryElementAndWriteNoOther) {
  for_each_element([](auto element) {
    using T = decltype(element);
    each_leaf_of<T>([](ActivationLeaf<T> activation) {
      for (const std::int64_t count : odd_lengths()) {
        for (const double scale : {1.0, 20.0}) {
          const std::int64_t offset = count % 2;
          const Numbers<T> gate(count, offset, scale), up(count, 2 * offset, 1, 2);
          GuardedNumbers<T> y(count, offset);
          activation(gate.data(), up.data(), y.data(), count);
          ASSERT_LE(activation_error(gate.data(), up.data(), y.data(), type_of<T>, count), 1)
              << count;
          y.expect_intact();
        }
      }
    });
  });
}

TEST(ActivationLeaves, HoldForHugeGates) {
  each_leaf_of<float>([](ActivationLeaf<float> activation) {
    for (const double scale : {90.0, 1e4, 1e30}) {
      const Numbers<float> gate(131, 0, scale), up(131, 0, 1, 2);
      GuardedNumbers<float> y(131, 0);
      activation(gate.data(), up.data(), y.data(), 131);
      EXPECT_LE(activation_error(gate.data(), up.data(), y.data(), DType::f32, 131), 1) << scale;
    }
  });
}

TEST(ActivationLeaves, MayWriteOverTheirOperands) {
  each_leaf_of<bf16>([](ActivationLeaf<bf16> activation) {
    for (const bool over_gate : {true, false}) {
      Numbers<bf16> gate(509, 0), up(509, 0, 1, 2);
      const Numbers<bf16> was_gate = gate, was_up = up;
      Numbers<bf16>& y = over_gate ? gate : up;
      activation(gate.data(), up.data(), y.data(), 509);
      EXPECT_LE(activation_error(was_gate.data(), was_up.data(), y.data(), DType::bf16, 509), 1);
    }
  });
}

TEST(ActivationLeaves, KeepANaN) {
  for_each_element([](auto element) {
    using T = decltype(element);
    each_leaf_of<T>([](ActivationLeaf<T> activation) {
      Numbers<T> gate(70, 0), up(70, 0);
      std::memset(gate.data() + 3, 0xff, sizeof(T));
      std::memset(up.data() + 69, 0xff, sizeof(T));
      GuardedNumbers<T> y(70, 0, 0);
      activation(gate.data(), up.data(), y.data(), 70);
      for (int i = 0; i < 70; ++i) EXPECT_EQ(std::isnan(y[i]), i == 3 || i == 69) << i;
    });
  });
}

}  // namespace
}  // namespace roofmark
