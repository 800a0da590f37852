#include "analyzer/roofline.h"

#include <gtest/gtest.h>

#include "tests/analyzer/made_up_device.h"

namespace roofmark {
namespace {

Work work(double ops, double moved) { return {.ops = Ops{ops}, .read = Bytes{moved}}; }

TEST(Roofline, AttainableIsTheLesserOfPeakAndIntensityTimesBandwidth) {
  const Standing below = stand(work(50e9, 1e9), half, made_up_device());
  EXPECT_EQ(below.attainable, OpRate{50e12});
  EXPECT_EQ(below.seconds, Seconds{1e-3});
  EXPECT_EQ(below.bound, "memory");
  const Standing above = stand(work(200e9, 1e9), half, made_up_device());
  EXPECT_EQ(above.attainable, OpRate{100e12});
  EXPECT_EQ(above.seconds, Seconds{2e-3});
  EXPECT_EQ(above.bound, "compute");
}

TEST(Roofline, TheRidgePointItselfIsComputeBound) {
  EXPECT_EQ(stand(work(100e9, 1e9), half, made_up_device()).bound, "compute");
  EXPECT_EQ(stand(work(99.999e9, 1e9), half, made_up_device()).bound, "memory");
}

TEST(Roofline, WorkWithoutOperationsTakesItsBytes) {
  const Standing moved =
      stand(work(0, 2e9), Format{DType::fp8, DType::fp8, DType::f32}, made_up_device());
  EXPECT_EQ(moved.seconds, Seconds{2e-3});
  EXPECT_EQ(moved.attainable, OpRate{0});
  EXPECT_EQ(moved.bound, "memory");
}

TEST(Roofline, WhatIsNotKnownIsNotGuessed) {
  const Standing no_peak =
      stand(work(1, 1), Format{DType::fp8, DType::fp8, DType::f32}, made_up_device());
  EXPECT_FALSE(no_peak.attainable);
  EXPECT_FALSE(no_peak.seconds);
  EXPECT_EQ(no_peak.bound, "unknown");
  EXPECT_EQ(no_peak.reason,
            "device has no known fp8-f32 peak (it has f16-f32, w8a8); pass --peak fp8-f32=VALUE, "
            "or another --dtype");
  EXPECT_EQ(no_peak.at_least, Seconds{1e-12});  // its bytes alone
  Roofline blind = made_up_device();
  blind.bandwidth.reset();
  EXPECT_EQ(stand(work(1, 1), half, blind).reason,
            "device has no known memory bandwidth; pass --bandwidth");
  EXPECT_FALSE(stand(work(1, 1), half, blind).at_least);
  EXPECT_FALSE(stand(work(1, 1), half, Roofline{}).seconds);
}

TEST(Roofline, ExponentialsBindWhereTheyTakeLongest) {
  Roofline roofline = made_up_device();
  roofline.exponentials = OpRate{1e9};
  Work softmax = work(4e9, 2e9);  // 2 ms of memory
  softmax.exponentials = Ops{1e6};
  EXPECT_EQ(stand(softmax, half, roofline).bound, "memory");
  softmax.exponentials = Ops{4e6};  // 4 ms
  const Standing bound = stand(softmax, half, roofline);
  EXPECT_EQ(bound.bound, "compute");
  EXPECT_EQ(bound.seconds, Seconds{4e-3});
  EXPECT_EQ(bound.attainable, OpRate{1e12});
  EXPECT_EQ(stand(softmax, half, made_up_device()).bound, "memory");  // their rate is not known
}

}  // namespace
}  // namespace roofmark
