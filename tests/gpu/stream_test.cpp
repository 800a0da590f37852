// Every byte that the bandwidth probes count is really read or written, at every level.
#include "probes/stream/stream.h"

#include <gtest/gtest.h>

#include "core/case.h"
#include "probes/stream/stream.cuda.h"
#include "tests/gpu/flipping_device.h"
#include "tests/gpu/gpu_under_test.h"

namespace roofmark {

std::vector<Kernel> stream_cuda_kernels();
std::vector<Kernel> contention_cuda_kernels();

namespace {

struct Place {
  const char* level;
  GpuLevel tiles_of;
};
constexpr Place places[] = {{"dram", GpuLevel::dram}, {"l2", GpuLevel::l2}};

Case stream_case(const Kernel& kernel, const Shape& shape, const Conditions& conditions) {
  const Variant& variant = kernel.variants.front();
  return {&kernel, &variant, shape, conditions, 1, "cuda", variant.format, {}};
}

/// Cases of a pattern over `tiles` tiles of each array, in memory and in L2.
std::vector<Case> cases_of(const Kernel& kernel, int pattern, std::int64_t tiles,
                           std::int64_t passes) {
  std::vector<Case> cases;
  for (const Place& place : places) {
    const std::int64_t bytes = tiles * stream_patterns[pattern].arrays() *
                               stream_tile(pattern == triad_pattern, place.tiles_of);
    cases.push_back(
        stream_case(kernel, {{"bytes", bytes}, {"passes", passes}}, {.level = place.level}));
  }
  return cases;
}

/// Reads of what `blocks` multiprocessors hold each.
std::vector<Case> near_cases(const Kernel& read, std::int64_t blocks, std::int64_t passes) {
  std::vector<Case> cases;
  for (const char* level : {"l1", "shared"}) {
    cases.push_back(
        stream_case(read, {{"bytes", blocks * near_bytes}, {"passes", passes}}, {.level = level}));
  }
  return cases;
}

TEST(GpuStream, EveryPatternTouchesEveryByteOnceAPass) {
  const auto device = gpu_under_test();
  if (!device) GTEST_SKIP() << "no CUDA device";
  const std::vector<Kernel> kernels = stream_cuda_kernels();
  for (int pattern = 0; pattern < 4; ++pattern) {
    for (const std::int64_t tiles : {1, 3, 19}) {  // 16 blocks on four multiprocessors
      for (const std::int64_t passes : {1, 2}) {
        for (const Case& what : cases_of(kernels[pattern], pattern, tiles, passes)) {
          EXPECT_LE(what.variant->prepare(what, *device)->error(), 1.0) << what.id();
        }
      }
    }
  }
}

TEST(GpuStream, EveryBlockReadsAllOfWhatItsMultiprocessorHolds) {
  const auto device = gpu_under_test();
  if (!device) GTEST_SKIP() << "no CUDA device";
  const std::vector<Kernel> kernels = stream_cuda_kernels();
  for (const std::int64_t blocks : {1, 4}) {
    for (const std::int64_t passes : {1, 2, 37}) {  // 16 warps: more passes than neighbours
      for (const Case& what : near_cases(kernels[read_pattern], blocks, passes)) {
        EXPECT_LE(what.variant->prepare(what, *device)->error(), 1.0) << what.id();
      }
    }
  }
}

TEST(GpuStream, OneWrongWordAnywhereIsAnError) {
  const auto device = gpu_under_test();
  if (!device) GTEST_SKIP() << "no CUDA device";
  const std::vector<Kernel> kernels = stream_cuda_kernels();
  for (const double share : {0.0, 0.37, 1.0}) {
    FlippingDevice flipping(*device, share);
    for (int pattern = 0; pattern < 4; ++pattern) {
      for (const Case& what : cases_of(kernels[pattern], pattern, 3, 1)) {
        EXPECT_GT(what.variant->prepare(what, flipping)->error(), 1.0) << what.id();
      }
    }
    for (const Case& what : near_cases(kernels[read_pattern], 2, 1)) {
      EXPECT_GT(what.variant->prepare(what, flipping)->error(), 1.0) << what.id();
    }
  }
}

TEST(GpuStream, ALaunchAfterTheFirstDoesTheSameAgain) {
  const auto device = gpu_under_test();
  if (!device) GTEST_SKIP() << "no CUDA device";
  const std::vector<Kernel> kernels = stream_cuda_kernels();
  for (int pattern = 0; pattern < 4; ++pattern) {
    for (const Case& what : cases_of(kernels[pattern], pattern, 2, 1)) {
      const auto task = what.variant->prepare(what, *device);
      device->time(*task, 3);
      EXPECT_LE(task->error(), 1.0) << what.id();
      EXPECT_FALSE(task->times_host());
    }
  }
}

TEST(GpuStream, TheGpuReadsRightWhileTheCpuReadsToo) {
  const auto device = gpu_under_test();
  if (!device) GTEST_SKIP() << "no CUDA device";
  const std::vector<Kernel> kernels = contention_cuda_kernels();
  const Case what = stream_case(
      kernels.front(),
      {{"bytes", 2 * stream_tile(false, GpuLevel::dram)}, {"passes", 1}, {"cpu_threads", 2}},
      {.level = "dram"});
  EXPECT_LE(what.variant->prepare(what, *device)->error(), 1.0);
}

}  // namespace
}  // namespace roofmark
