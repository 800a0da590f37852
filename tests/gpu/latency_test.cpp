// The chases follow their cycles, from launch to launch.
#include <gtest/gtest.h>

#include "core/case.h"
#include "probes/latency/latency.cuda.h"
#include "tests/gpu/flipping_device.h"
#include "tests/gpu/gpu_under_test.h"

namespace roofmark {

std::vector<Kernel> latency_cuda_kernels();

namespace {

Case chase_case(const Kernel& kernel, const char* level, std::int64_t lines, std::int64_t loads) {
  const Variant& variant = kernel.variants.front();
  return {&kernel,          &variant, {{"bytes", 128 * lines}, {"loads", loads}},
          {.level = level}, 1,        "cuda",
          variant.format,   {}};
}

TEST(GpuLatency, EachChaseEndsWhereItsCycleLeads) {
  const auto device = gpu_under_test();
  if (!device) GTEST_SKIP() << "no CUDA device";
  const std::vector<Kernel> kernels = latency_cuda_kernels();
  for (const char* level : {"l1", "l2", "dram", "shared"}) {
    for (const std::int64_t lines : {1, 2, 127, 1000}) {
      for (const std::int64_t loads : {16, 1600}) {
        const Case what = chase_case(kernels.front(), level, lines, loads);
        const auto task = what.variant->prepare(what, *device);
        EXPECT_EQ(task->error(), 0.0) << what.id();
        device->time(*task, 2);  // wherever it has come to, the check begins at the beginning
        EXPECT_EQ(task->error(), 0.0) << what.id();
      }
    }
  }
}

TEST(GpuLatency, AChaseThatEndsElsewhereIsAnError) {
  const auto device = gpu_under_test();
  if (!device) GTEST_SKIP() << "no CUDA device";
  FlippingDevice flipping(*device, 0.0);
  const std::vector<Kernel> kernels = latency_cuda_kernels();
  for (const char* level : {"l1", "l2", "dram", "shared"}) {
    const Case what = chase_case(kernels.front(), level, 16, 32);
    EXPECT_GT(what.variant->prepare(what, flipping)->error(), 1.0) << level;
  }
}

TEST(GpuLatency, ItsOperationsAreItsLoads) {
  const Kernel kernel = latency_cuda_kernels().front();
  EXPECT_EQ(kernel.work({{"bytes", 1024}, {"loads", 48}}, {}).ops, Ops{48});
  EXPECT_EQ(kernel.work({{"bytes", 1024}, {"loads", 48}}, {}).bytes(), Bytes{0});
}

}  // namespace
}  // namespace roofmark
