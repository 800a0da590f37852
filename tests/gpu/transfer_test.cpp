// Copies arrive, whole, either way and both at once.
#include <gtest/gtest.h>

#include "core/case.h"
#include "tests/gpu/flipping_device.h"
#include "tests/gpu/gpu_under_test.h"

namespace roofmark {

std::vector<Kernel> transfer_cuda_kernels();

namespace {

Case copy_case(const Kernel& kernel, const char* memory, std::int64_t bytes) {
  const Variant& variant = kernel.variants.front();
  return {&kernel, &variant, {{"bytes", bytes}}, {.level = "link", .memory = memory},
          1,       "cuda",   variant.format,     {}};
}

TEST(GpuTransfer, EveryByteArrives) {
  const auto device = gpu_under_test();
  if (!device) GTEST_SKIP() << "no CUDA device";
  const std::vector<Kernel> kernels = transfer_cuda_kernels();
  for (const Kernel& kernel : kernels) {
    for (const char* memory : {"pinned", "pageable"}) {
      if (kernel.name == "h2d_d2h" && std::string(memory) == "pageable") continue;
      for (const std::int64_t bytes : {4, 4092, 1 << 20}) {
        const Case what = copy_case(kernel, memory, bytes);
        const auto task = what.variant->prepare(what, *device);
        EXPECT_EQ(task->error(), 0.0) << what.id();
        device->time(*task, 2);
        EXPECT_EQ(task->error(), 0.0) << what.id();
        EXPECT_EQ(task->times_host(), what.conditions.memory == "pageable");
      }
    }
  }
}

TEST(GpuTransfer, AByteThatDoesNotArriveIsAnError) {
  const auto device = gpu_under_test();
  if (!device) GTEST_SKIP() << "no CUDA device";
  FlippingDevice flipping(*device, 0.5);  // what was copied to the GPU is fetched to be looked at
  const std::vector<Kernel> kernels = transfer_cuda_kernels();
  for (const Kernel& kernel : kernels) {
    if (kernel.name == "d2h") continue;
    const Case what = copy_case(kernel, "pinned", 4096);
    EXPECT_GT(what.variant->prepare(what, flipping)->error(), 1.0) << kernel.name;
  }
}

TEST(GpuTransfer, BytesOnTheLinkAreCountedOnce) {
  const Shape shape{{"bytes", 4096}};
  for (const Kernel& kernel : transfer_cuda_kernels()) {
    const Work work = kernel.work(shape, {});
    EXPECT_EQ(work.written, Bytes{kernel.name == "d2h" ? 0.0 : 4096.0}) << kernel.name;
    EXPECT_EQ(work.read, Bytes{kernel.name == "h2d" ? 0.0 : 4096.0}) << kernel.name;
  }
}

}  // namespace
}  // namespace roofmark
