// The rotary position embedding of GPUs, element by element against float64.
#include <gtest/gtest.h>

#include "kernels/gpu_task.h"
#include "kernels/rope/rope.cuda.h"
#include "kernels/verify.h"
#include "tests/gpu/arrays.h"
#include "tests/gpu/gpu_under_test.h"

namespace roofmark {
namespace {

struct Heads {
  std::int64_t tokens, heads, head_dim;
};

class GpuRopeTest : public testing::Test {
 protected:
  void SetUp() override {
    if (device == nullptr) GTEST_SKIP() << "no CUDA device";
  }

  void expect_turned(const Heads& shape, DType type, int sms) {
    const std::int64_t half = shape.head_dim / 2;
    const Values x(type, shape.tokens * shape.heads * shape.head_dim, 1, 1);
    const Values c(DType::f32, shape.tokens * half, 1, 2), s(DType::f32, shape.tokens * half, 1, 3);
    const OnGpu operand(*device, x), cosines(*device, c), sines(*device, s);
    GuardedOutput output(*device, type, x.count());
    RopeArguments arguments;
    arguments.x = operand.data();
    arguments.cosines = cosines.f32();
    arguments.sines = sines.f32();
    arguments.y = output.data();
    arguments.tokens = shape.tokens;
    arguments.heads = shape.heads;
    arguments.head_dim = shape.head_dim;
    arguments.element = element_of(type);
    arguments.sms = sms;
    launch_rope(arguments, device->queue().stream);
    const Values y = output.fetch();
    for (std::int64_t i = 0; i < x.count(); ++i) {
      const std::int64_t token = i / (shape.heads * shape.head_dim), column = i % shape.head_dim;
      const std::int64_t turn = token * half + column % half;
      const double own = x[i] * c[turn];
      const double other = column < half ? -x[i + half] * s[turn] : x[i - half] * s[turn];
      ASSERT_NEAR(y[i], own + other,
                  0x1p-23 * (std::abs(own) + std::abs(other)) + rounding_to(type, own + other))
          << i << " of " << shape.tokens << " x " << shape.heads << " x " << shape.head_dim
          << " in " << name(type);
    }
  }

  std::unique_ptr<Device> device = gpu_under_test();
};

TEST_F(GpuRopeTest, TurnsEveryPairAndWritesNothingElse) {
  for (const DType type : simt_types) {
    for (const std::int64_t head_dim : {2, 6, 16, 24, 64, 80, 128, 256}) {
      for (const std::int64_t heads : {1, 3, 5}) expect_turned({3, heads, head_dim}, type, 1);
      expect_turned({2, 3, head_dim}, type, 1000);
    }
  }
}

TEST_F(GpuRopeTest, SharesTheAnglesOfATokenAmongManyHeads) {
  for (const DType type : simt_types) {
    for (const std::int64_t heads : {40, 64, 71}) {
      expect_turned({2, heads, 128}, type, 1);     // several heads a thread
      expect_turned({1, heads, 128}, type, 1000);  // one
    }
  }
}

TEST_F(GpuRopeTest, TakesHeadsWiderThanABlock) { expect_turned({1, 2, 4112}, DType::bf16, 1); }

}  // namespace
}  // namespace roofmark
