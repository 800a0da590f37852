// Every leaf of the activations against float64, element by element.
#include "kernels/activation/activation.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/kernels/numbers.h"

namespace roofmark {
namespace {

/// Calls body(leaf, error) for every leaf that this CPU can run: of gated activations and of
/// others.
template <class T, class Body>
void each_gated(Body body) {
#define ROOFMARK_ROW(isa, name) {#isa, isa_##isa::name}, {#isa, isa_##isa::name##_nt},
#define ROOFMARK_SILU(isa, vector_bytes) ROOFMARK_ROW(isa, activation)
#define ROOFMARK_GELU(isa, vector_bytes) ROOFMARK_ROW(isa, gelu_gated)
#define ROOFMARK_RELU(isa, vector_bytes) ROOFMARK_ROW(isa, relu_gated)
  if constexpr (std::is_same_v<T, bf16>) {
    for_each_runnable<GatedLeaf<T>>({ROOFMARK_EACH_ISA_OF_activation(ROOFMARK_SILU)},
                                    [&](GatedLeaf<T> leaf) { body(leaf, gated_error<Silu>); });
  } else {
    for_each_runnable<GatedLeaf<T>>({ROOFMARK_EACH_ISA(ROOFMARK_SILU)},
                                    [&](GatedLeaf<T> leaf) { body(leaf, gated_error<Silu>); });
  }
  if constexpr (std::is_same_v<T, bf16>) {
    for_each_runnable<GatedLeaf<T>>({ROOFMARK_EACH_ISA_OF_activation(ROOFMARK_GELU)},
                                    [&](GatedLeaf<T> leaf) { body(leaf, gated_error<Gelu>); });
  } else {
    for_each_runnable<GatedLeaf<T>>({ROOFMARK_EACH_ISA(ROOFMARK_GELU)},
                                    [&](GatedLeaf<T> leaf) { body(leaf, gated_error<Gelu>); });
  }
  if constexpr (std::is_same_v<T, bf16>) {
    for_each_runnable<GatedLeaf<T>>({ROOFMARK_EACH_ISA_OF_activation(ROOFMARK_RELU)},
                                    [&](GatedLeaf<T> leaf) { body(leaf, gated_error<Relu>); });
  } else {
    for_each_runnable<GatedLeaf<T>>({ROOFMARK_EACH_ISA(ROOFMARK_RELU)},
                                    [&](GatedLeaf<T> leaf) { body(leaf, gated_error<Relu>); });
  }
#undef ROOFMARK_SILU
#undef ROOFMARK_GELU
#undef ROOFMARK_RELU
}
template <class T, class Body>
void each_plain(Body body) {
#define ROOFMARK_SILU(isa, vector_bytes) ROOFMARK_ROW(isa, silu)
#define ROOFMARK_GELU(isa, vector_bytes) ROOFMARK_ROW(isa, gelu)
#define ROOFMARK_RELU(isa, vector_bytes) ROOFMARK_ROW(isa, relu)
  if constexpr (std::is_same_v<T, bf16>) {
    for_each_runnable<PlainLeaf<T>>({ROOFMARK_EACH_ISA_OF_activation(ROOFMARK_SILU)},
                                    [&](PlainLeaf<T> leaf) { body(leaf, plain_error<Silu>); });
  } else {
    for_each_runnable<PlainLeaf<T>>({ROOFMARK_EACH_ISA(ROOFMARK_SILU)},
                                    [&](PlainLeaf<T> leaf) { body(leaf, plain_error<Silu>); });
  }
  if constexpr (std::is_same_v<T, bf16>) {
    for_each_runnable<PlainLeaf<T>>({ROOFMARK_EACH_ISA_OF_activation(ROOFMARK_GELU)},
                                    [&](PlainLeaf<T> leaf) { body(leaf, plain_error<Gelu>); });
  } else {
    for_each_runnable<PlainLeaf<T>>({ROOFMARK_EACH_ISA(ROOFMARK_GELU)},
                                    [&](PlainLeaf<T> leaf) { body(leaf, plain_error<Gelu>); });
  }
  if constexpr (std::is_same_v<T, bf16>) {
    for_each_runnable<PlainLeaf<T>>({ROOFMARK_EACH_ISA_OF_activation(ROOFMARK_RELU)},
                                    [&](PlainLeaf<T> leaf) { body(leaf, plain_error<Relu>); });
  } else {
    for_each_runnable<PlainLeaf<T>>({ROOFMARK_EACH_ISA(ROOFMARK_RELU)},
                                    [&](PlainLeaf<T> leaf) { body(leaf, plain_error<Relu>); });
  }
#undef ROOFMARK_SILU
#undef ROOFMARK_GELU
#undef ROOFMARK_RELU
#undef ROOFMARK_ROW
}

/// One call of each leaf on `count` elements in [-scale, scale), outputs poisoned and guarded.
template <class T>
void expect_right(std::int64_t count, double scale) {
  SCOPED_TRACE(std::to_string(count) + " elements up to " + std::to_string(scale));
  const std::int64_t offset = count % 2;
  const Numbers<T> x(count, offset, scale), up(count, 2 * offset, 1, 2);
  each_gated<T>([&](GatedLeaf<T> leaf, auto error) {
    GuardedNumbers<T> y(count, offset);
    leaf(x.data(), up.data(), y.data(), count);
    ASSERT_LE(error(x.data(), up.data(), y.data(), type_of<T>, count), 1);
    y.expect_intact();
  });
  each_plain<T>([&](PlainLeaf<T> leaf, auto error) {
    GuardedNumbers<T> y(count, offset);
    leaf(x.data(), y.data(), count);
    ASSERT_LE(error(x.data(), y.data(), type_of<T>, count), 1);
    y.expect_intact();
  });
}

TEST(ActivationLeaves, ComputeEveryElementAndWriteNoOther) {
  for_each_element([](auto element) {
    for (const std::int64_t count : odd_lengths()) {
      for (const double scale : {1.0, 20.0}) expect_right<decltype(element)>(count, scale);
    }
    expect_right<decltype(element)>(beyond_l2<decltype(element)> + 36, 1);
  });
}

TEST(ActivationLeaves, HoldWhereTheFunctionSaturatesAndForDenormals) {
  for (const double scale : {1e-45, 1e-40, 1e-38, 1e-20, 1e-3, 6.0, 14.0, 90.0, 1e4, 1e30, 3e38}) {
    expect_right<float>(4099, scale);
    expect_right<bf16>(509, scale);
  }
  for (const double scale : {6e-8, 3e-5, 14.0, 6e4}) expect_right<f16>(509, scale);
}

TEST(ActivationLeaves, MayWriteOverTheirOperands) {
  each_gated<bf16>([](GatedLeaf<bf16> leaf, auto error) {
    for (const bool over_gate : {true, false}) {
      Numbers<bf16> gate(509, 0), up(509, 0, 1, 2);
      const Numbers<bf16> was_gate = gate, was_up = up;
      Numbers<bf16>& y = over_gate ? gate : up;
      leaf(gate.data(), up.data(), y.data(), 509);
      EXPECT_LE(error(was_gate.data(), was_up.data(), y.data(), DType::bf16, 509), 1);
    }
  });
  each_plain<f16>([](PlainLeaf<f16> leaf, auto error) {
    Numbers<f16> x(509, 0, 5);
    const Numbers<f16> was = x;
    leaf(x.data(), x.data(), 509);
    EXPECT_LE(error(was.data(), x.data(), DType::f16, 509), 1);
  });
}

TEST(ActivationLeaves, KeepANaN) {
  for_each_element([](auto element) {
    using T = decltype(element);
    Numbers<T> x(70, 0), up(70, 0);
    std::memset(x.data() + 3, 0xff, sizeof(T));
    std::memset(up.data() + 69, 0xff, sizeof(T));
    each_gated<T>([&](GatedLeaf<T> leaf, auto) {
      GuardedNumbers<T> y(70, 0, 0);
      leaf(x.data(), up.data(), y.data(), 70);
      for (int i = 0; i < 70; ++i) EXPECT_EQ(std::isnan(y[i]), i == 3 || i == 69) << i;
    });
    each_plain<T>([&](PlainLeaf<T> leaf, auto) {
      GuardedNumbers<T> y(70, 0, 0);
      leaf(x.data(), y.data(), 70);
      for (int i = 0; i < 70; ++i) EXPECT_EQ(std::isnan(y[i]), i == 3) << i;
    });
  });
}

// The references: values of torch.nn.functional.gelu(x, approximate='tanh') and of silu, in
// float64.
TEST(ActivationReferences, AreTheFunctionsThatModelsName) {
  EXPECT_NEAR(Gelu::of(1), 0.8411919906082768, 1e-15);
  EXPECT_NEAR(Gelu::of(-1), -0.15880800939172324, 1e-15);
  EXPECT_NEAR(Silu::of(1), 0.7310585786300049, 1e-15);
  EXPECT_EQ(Gelu::of(0), 0);
  EXPECT_EQ(Relu::of(-2), 0);
  EXPECT_EQ(Relu::of(3), 3);
  double apart = 0;
  for (double x = -8; x <= 8; x += 1.0 / 64) {
    const double by_tanh =
        x / 2 * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    EXPECT_NEAR(Gelu::of(x), by_tanh, 1e-14) << x;
    apart = std::max(apart, std::abs(Gelu::of(x) - x / 2 * std::erfc(-x / std::sqrt(2.0))));
  }
  EXPECT_LT(apart, 5e-4);
  EXPECT_GT(apart, 4e-4);  // the two are told apart by every tolerance of f32
}

/// A leaf that is off by some units in the last place of f32, where the function is steep.
TEST(ActivationReferences, FindThirtyUnitsInTheLastPlace) {
  const Numbers<float> x(64, 0, 2);
  std::vector<float> y(64);
  for (std::size_t i = 0; i < 64; ++i) {
    y[i] = static_cast<float>(Gelu::of(x[static_cast<std::int64_t>(i)]));
  }
  EXPECT_LE(plain_error<Gelu>(x.data(), y.data(), DType::f32, 64), 1);
  y[40] *= 1 + 30 * 0x1p-23f;
  EXPECT_GT(plain_error<Gelu>(x.data(), y.data(), DType::f32, 64), 1);
}

}  // namespace
}  // namespace roofmark
