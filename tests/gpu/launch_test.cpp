// The empty kernel runs, and the host is timed where it is the host that is asked about.
#include <gtest/gtest.h>

#include "core/case.h"
#include "tests/gpu/flipping_device.h"
#include "tests/gpu/gpu_under_test.h"

namespace roofmark {

std::vector<Kernel> launch_cuda_kernels();

namespace {

TEST(GpuLaunch, TheEmptyKernelRunsInEveryVariant) {
  const auto device = gpu_under_test();
  if (!device) GTEST_SKIP() << "no CUDA device";
  FlippingDevice flipping(*device, 0.0);
  const std::vector<Kernel> kernels = launch_cuda_kernels();
  const Kernel& kernel = kernels.front();
  for (const Variant& variant : kernel.variants) {
    const Case what{&kernel, &variant, {{"launches", 1}}, {}, 1, "cuda", variant.format, {}};
    const auto task = variant.prepare(what, *device);
    EXPECT_EQ(task->error(), 0.0) << variant.name;
    device->time(*task, 5);
    EXPECT_EQ(task->times_host(), variant.name != "graph");
    EXPECT_GT(variant.prepare(what, flipping)->error(), 1.0) << variant.name;
  }
}

}  // namespace
}  // namespace roofmark
