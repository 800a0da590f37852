// The residual add and the activations of GPUs, element by element against float64.
#include <gtest/gtest.h>

#include <limits>

#include "kernels/activation/activation.cuda.h"
#include "kernels/activation/activation_model.h"
#include "kernels/add/add.cuda.h"
#include "kernels/gpu_task.h"
#include "kernels/verify.h"
#include "tests/gpu/arrays.h"
#include "tests/gpu/gpu_under_test.h"

namespace roofmark {
namespace {

// Below, at and above what a block takes of f32 and of 16-bit elements, and a few blocks.
constexpr std::int64_t counts[] = {1, 3, 4, 7, 8, 9, 509, 1023, 1024, 1025, 2048, 4095, 4096, 9001};

class GpuElementwiseTest : public testing::Test {
 protected:
  void SetUp() override {
    if (device == nullptr) GTEST_SKIP() << "no CUDA device";
  }

  Values sum(const Values& x, const Values& r, int sms) {
    const OnGpu first(*device, x), second(*device, r);
    GuardedOutput y(*device, x.type(), x.count());
    AddArguments arguments;
    arguments.x = first.data();
    arguments.r = second.data();
    arguments.y = y.data();
    arguments.count = x.count();
    arguments.element = element_of(x.type());
    arguments.sms = sms;
    launch_add(arguments, device->queue().stream);
    return y.fetch();
  }

  /// Gated by `up`, or alone where that is null.
  Values activated(ActivationFunction function, const Values& gate, const Values* up, int sms) {
    const OnGpu first(*device, gate);
    const std::unique_ptr<OnGpu> second = up ? std::make_unique<OnGpu>(*device, *up) : nullptr;
    GuardedOutput y(*device, gate.type(), gate.count());
    ActivationArguments arguments;
    arguments.function = function;
    arguments.gate = first.data();
    arguments.up = second ? second->data() : nullptr;
    arguments.y = y.data();
    arguments.count = gate.count();
    arguments.element = element_of(gate.type());
    arguments.sms = sms;
    launch_activation(arguments, device->queue().stream);
    return y.fetch();
  }

  template <class F>
  void expect_activated(ActivationFunction function, const Values& gate, const Values& up,
                        int sms) {
    const Values gated = activated(function, gate, &up, sms);
    const Values plain = activated(function, gate, nullptr, sms);
    for (std::int64_t i = 0; i < gate.count(); ++i) {
      const Expected both =
          expected_activation<F, NarrowExponential::full>(gate[i], up[i], gate.type());
      const Expected alone =
          expected_activation<F, NarrowExponential::full>(gate[i], 1, gate.type());
      ASSERT_NEAR(gated[i], both.value, both.tolerance)
          << gate[i] << ", " << i << " of " << gate.count() << " in " << name(gate.type());
      ASSERT_NEAR(plain[i], alone.value, alone.tolerance)
          << gate[i] << ", " << i << " of " << gate.count() << " in " << name(gate.type());
    }
  }
  void expect_every_function(const Values& gate, const Values& up, int sms) {
    expect_activated<Silu>(ActivationFunction::silu, gate, up, sms);
    expect_activated<Gelu>(ActivationFunction::gelu, gate, up, sms);
    expect_activated<Relu>(ActivationFunction::relu, gate, up, sms);
  }

  std::unique_ptr<Device> device = gpu_under_test();
};

TEST_F(GpuElementwiseTest, AddsEveryElementAndWritesNoOther) {
  for (const DType type : simt_types) {
    for (const std::int64_t count : counts) {
      for (const int sms : {1, 1000}) {
        const Values x(type, count, 1, 1), r(type, count, 2, 2);
        const Values y = sum(x, r, sms);
        for (std::int64_t i = 0; i < count; ++i) {
          // The nearest number of the type to the sum in f32, which is that to the sum but for
          // ties.
          const auto exact = static_cast<float>(x[i] + r[i]);
          Values nearest(type, 1);
          nearest.set(0, exact);
          ASSERT_EQ(y[i], nearest[0]) << i << " of " << count << " in " << name(type);
        }
      }
    }
  }
}

TEST_F(GpuElementwiseTest, AddPropagatesNaNAndInfinity) {
  for (const DType type : simt_types) {
    Values x(type, 67, 1, 1), r(type, 67, 1, 2);
    x.set(5, std::numeric_limits<float>::quiet_NaN());
    x.set(66, std::numeric_limits<float>::infinity());
    const Values y = sum(x, r, 1);
    EXPECT_TRUE(std::isnan(y[5]));
    EXPECT_EQ(y[66], std::numeric_limits<double>::infinity());
    EXPECT_TRUE(std::isfinite(y[65]));
  }
}

TEST_F(GpuElementwiseTest, ActivatesEveryElementAndWritesNoOther) {
  for (const DType type : simt_types) {
    for (const std::int64_t count : counts) {
      for (const int sms : {1, 1000}) {
        const Values gate(type, count, 8, 3), up(type, count, 1, 4);
        expect_every_function(gate, up, sms);
      }
    }
  }
}

TEST_F(GpuElementwiseTest, ActivationHoldsForHugeGates) {
  for (const float scale : {1e-30f, 80.0f, 1e4f, 3e38f}) {
    for (const DType type : {DType::f32, DType::bf16}) {
      const Values gate(type, 999, scale, 5), up(type, 999, 1, 6);
      expect_every_function(gate, up, 1);
    }
  }
}

}  // namespace
}  // namespace roofmark
