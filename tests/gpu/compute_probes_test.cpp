// Compute probes of a GPU: what a launch leaves behind is what its instructions say, and a launch
// that did something else is noticed.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/case.h"
#include "core/plan.h"
#include "probes/chain_task.h"
#include "probes/imad/imad.cuda.h"
#include "tests/gpu/flipping_device.h"
#include "tests/gpu/gpu_under_test.h"

namespace roofmark {

std::vector<Kernel> fma_cuda_kernels();
std::vector<Kernel> dot_cuda_kernels();
std::vector<Kernel> imad_cuda_kernels();
std::vector<Kernel> exp_cuda_kernels();
std::vector<Kernel> matrix_cuda_kernels();

namespace {

std::vector<Kernel> compute_probes() {
  std::vector<Kernel> all;
  for (const auto more : {fma_cuda_kernels, dot_cuda_kernels, imad_cuda_kernels, exp_cuda_kernels,
                          matrix_cuda_kernels}) {
    merge(all, more());
  }
  return all;
}

/// What the device can run, each with `passes` instead of its own number of them.  An emulated GPU
/// runs everything.
std::vector<Case> short_cases(const std::vector<Kernel>& kernels, Device& device,
                              std::int64_t passes) {
  std::vector<Case> cases;
  for (const PlannedCase& planned :
       plan(kernels, device.machine(), {}, Policy{.devices = {"cuda"}}).cases) {
    Case what = planned.what;
    if (!what.reason.empty() && device.machine().gpus.front().name != "emulated GPU") continue;
    std::int64_t ops = what.shape.at("ops") / what.shape.at("passes") * passes;
    // Products take the emulator long: two blocks of them are enough.
    if (what.kernel->name == "matrix") ops = ops / device.machine().gpus.front().sms * 2;
    what.shape = {{"ops", ops}, {"passes", passes}};
    cases.push_back(what);
  }
  return cases;
}

TEST(ComputeProbes, EveryVariantComputesWhatItsInstructionsSay) {
  const auto device = gpu_under_test();
  if (!device) GTEST_SKIP() << "no CUDA device";
  const std::vector<Kernel> kernels = compute_probes();
  for (const Case& what : short_cases(kernels, *device, 2)) {
    const auto task = what.variant->prepare(what, *device);
    EXPECT_LE(task->error(), 1) << what.id();
    EXPECT_GT(task->clock_hz(), 0) << what.id();
  }
}

TEST(ComputeProbes, AnythingElseThatComesBackIsNoticed) {
  const auto device = gpu_under_test();
  if (!device) GTEST_SKIP() << "no CUDA device";
  FlippingDevice flipping(*device, 0);
  const std::vector<Kernel> kernels = compute_probes();
  for (const Case& what : short_cases(kernels, *device, 1)) {
    EXPECT_FALSE(what.variant->prepare(what, flipping)->error() <= 1) << what.id();  // NaN too
  }
}

TEST(ComputeProbes, TheirWorkIsWhatTheirSitesSay) {
  const auto device = gpu_under_test();
  if (!device) GTEST_SKIP() << "no CUDA device";
  const std::vector<Kernel> kernels = compute_probes();
  for (const PlannedCase& planned :
       plan(kernels, device->machine(), {}, Policy{.devices = {"cuda"}}).cases) {
    const Case& what = planned.what;
    const std::int64_t ops = what.shape.at("ops");
    EXPECT_EQ(what.kernel->work(what.shape, what.format),
              Work{.ops = Ops{static_cast<double>(ops)}});
    EXPECT_EQ(ops % (what.shape.at("passes") * device->machine().gpus.front().sms), 0) << what.id();
  }
}

/// The probe that a product in that format is timed beside on a GPU of that capability.
std::string bounding(const char* format, const char* capability) {
  Machine machine;
  machine.gpus.push_back({.name = "a GPU", .compute_capability = capability, .sms = 132});
  std::vector<Kernel> kernels = compute_probes();
  kernels.push_back({.name = "gemm",
                     .work = kernels.front().work,
                     .companion = +[](const Shape&, int) { return std::optional(Companion{}); },
                     .variants = {{"any", "cuda", "", *format_from(format), nullptr, {}}}});
  const std::vector<Operator> asked{
      {.name = "q", .kernel = "gemm", .shape = {{"m", 1}}, .format = *format_from(format)}};
  const Plan planned = plan(kernels, machine, asked, Policy{.devices = {"cuda"}});
  for (const PlannedCase& product : planned.cases) {
    if (product.what.kernel->name != "gemm" || product.companion < 0) continue;
    const Case& probe = planned.cases[static_cast<std::size_t>(product.companion)].what;
    return probe.kernel->name + "/" + probe.variant->name + "/" + probe.format.name();
  }
  return "none";
}

TEST(ComputeProbes, TensorCoresBoundTheFormatsTheyHave) {
  EXPECT_EQ(bounding("w8a8", "9.0"), "matrix/wgmma/w8a8");
  EXPECT_EQ(bounding("w8a8", "8.7"), "matrix/mma/w8a8");
  EXPECT_EQ(bounding("w4a8", "9.0"), "matrix/wgmma/w8a8");
  EXPECT_EQ(bounding("w4a16", "8.7"), "matrix/mma/f16-f32");
  EXPECT_EQ(bounding("bf16-f32", "12.0"), "matrix/mma/bf16-f32");
  // mma.sync is no roof where the part has faster instructions that no probe uses.
  EXPECT_EQ(bounding("bf16-f32", "10.0"), "none");
  EXPECT_EQ(bounding("fp8-f32", "9.0"), "matrix/wgmma/fp8-f32");
  EXPECT_EQ(bounding("fp8-f32", "8.9"), "matrix/mma/fp8-f32");
  EXPECT_EQ(bounding("fp8-f32", "8.7"), "none");
  EXPECT_EQ(bounding("f16", "8.7"), "matrix/mma/f16");
  EXPECT_EQ(bounding("f32", "9.0"), "fma/simt/f32");
  EXPECT_EQ(bounding("f64", "9.0"), "matrix/mma-m16n8k16/f64");
}

// A probe of the same steps as imad's, whose launch can be made to do less.
ChainBits draw(ChainRandom& random) { return random() & 0xffffffff; }
ChainOperands draw_operands(ChainRandom& random) {
  return {draw(random), draw(random), draw(random), draw(random)};
}
double off(const ChainOperands& operands, ChainBits start, int steps, ChainBits result) {
  ChainBits x = start;
  for (int i = 0; i < steps; ++i) {
    x = (x * operands[i % 2 * 2] + operands[i % 2 * 2 + 1]) & 0xffffffff;
  }
  return x == result ? 0 : 2;
}
void launch_a_turn_less(const ChainLaunch& what, void* stream) {
  ChainLaunch less = what;
  --less.turns;
  launch_imad(less, stream);
}
void launch_a_block_less(const ChainLaunch& what, void* stream) {
  ChainLaunch less = what;
  --less.blocks;
  launch_imad(less, stream);
}

TEST(ComputeProbes, ALaunchThatDidLessIsNoticed) {
  const auto device = gpu_under_test();
  if (!device) GTEST_SKIP() << "no CUDA device";
  ChainProbe probe{
      {DType::i32, DType::i32, DType::i32}, launch_imad, 4, 2, 2, draw_operands, draw, off};
  const Site site = chain_sites(device->machine(), probe, 2).front();
  Case what;
  what.shape = site.shape;
  EXPECT_EQ(ChainTask(what, *device, probe).error(), 0);
  for (const auto launch : {launch_a_turn_less, launch_a_block_less}) {
    probe.launch = launch;
    EXPECT_GT(ChainTask(what, *device, probe).error(), 1);
  }
}

}  // namespace
}  // namespace roofmark
