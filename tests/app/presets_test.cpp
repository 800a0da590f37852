// What a run asks of kernels by its flags, against the kernels that there are.
#include "app/presets.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "app/dry_run.h"
#include "app/format_argument.h"
#include "core/plan.h"
#include "core/strict_json.h"
#include "kernels/registry.h"
#include "tests/refusal.h"

namespace roofmark {
namespace {

Machine small_machine() {
  Machine machine;
  machine.allowance.max_threads = 1;
  return machine;
}

std::vector<Operator> asked(RunRequest request) {
  return operators_of(policy_of(request, small_machine()));
}

bool has_variant(const std::vector<Kernel>& kernels, const Operator& op) {
  for (const Kernel& kernel : kernels) {
    if (kernel.name != op.kernel) continue;
    return std::any_of(kernel.variants.begin(), kernel.variants.end(), [&](const Variant& variant) {
      return variant.device == "cpu" && variant.format == op.format;
    });
  }
  return false;
}

TEST(Presets, EveryOperatorOfAQuantizedModelHasAVariantOnCpus) {
  const std::vector<Kernel> kernels = all_kernels();
  for (const std::string model : {"llama-3-8b", "gpt2", "gemma-2-9b"}) {
    for (const std::string format : {"w8a8", "w4a8", "w4a16", "bf16-f32"}) {
      for (const Operator& op : asked({.models = {model}, .formats = {format}})) {
        if (op.kernel == "qk" || op.kernel == "sv") continue;  // eager attention has no kernel yet
        EXPECT_TRUE(has_variant(kernels, op))
            << model << ": " << op.name << " asks for " << op.kernel << " in " << op.format.name();
      }
    }
  }
}

TEST(Presets, DevicesAreThoseThatAreAsked) {
  using Devices = std::vector<std::string>;
  EXPECT_EQ(policy_of({}, small_machine()).devices, Devices{"cpu"});
  EXPECT_EQ(policy_of({.devices = {"cuda"}}, small_machine()).devices, Devices{"cuda"});
  EXPECT_EQ(policy_of({.devices = {"cuda", "cpu", "cuda"}}, small_machine()).devices,
            (Devices{"cuda", "cpu"}));
}

TEST(Presets, OnAGpuAloneTheCacheOfNarrowActivationsHas16Bits) {
  const auto attention = [](RunRequest request) {
    request.models = {"llama-3-8b"};
    request.formats = {"w8a8"};
    for (const Operator& op : asked(std::move(request))) {
      if (op.kernel == "attention") return op.format;
    }
    return Format{};
  };
  const Format sixteen{DType::bf16, DType::bf16, DType::f32},
      eight{DType::i8, DType::bf16, DType::f32};
  EXPECT_EQ(attention({.devices = {"cuda"}}), sixteen);
  EXPECT_EQ(attention({.devices = {"cpu"}}), eight);
  EXPECT_EQ(attention({.cache = "i8", .devices = {"cuda"}}), eight);  // asked for, and refused
}

Machine two_cores() {
  Machine machine;
  machine.cpu.isas = {"sse2", "avx2", "neon"};
  machine.allowance.cpus = {0, 1};
  machine.allowance.max_threads = 2;
  return machine;
}

RunRequest small_request() {
  RunRequest request;
  request.models = {"llama-3.2-1b"};
  request.formats = {"f32"};
  request.devices = {"cpu"};
  request.threads = {1};
  return request;
}

TEST(Presets, EveryBatchIsAskedForInEveryContext) {
  RunRequest request = small_request();
  request.phases = {"decode"};
  request.batches = {1, 8};
  request.contexts = {64, 128};
  std::set<std::pair<std::size_t, std::int64_t>> asked;
  for (const Workload& workload : policy_of(request, two_cores()).workloads) {
    asked.emplace(workload.queries.size(), workload.queries.front().cached);
  }
  EXPECT_EQ(asked,
            (std::set<std::pair<std::size_t, std::int64_t>>{{1, 64}, {1, 128}, {8, 64}, {8, 128}}));
}

/// Groups of the products of layers that are asked for; the head has no 4-bit weights.
std::set<std::int64_t> groups_of(const std::vector<std::string>& formats) {
  RunRequest request = small_request();
  request.formats = formats;
  std::set<std::int64_t> groups;
  for (const Operator& op : operators_of(policy_of(request, two_cores()))) {
    if (op.kernel == "gemv" && op.name != "lm_head") groups.insert(op.shape.get("group", 0));
  }
  return groups;
}

TEST(Presets, FourBitWeightsComeInTheGroupsAskedFor) {
  EXPECT_EQ(groups_of({"w4a16"}), (std::set<std::int64_t>{128}));
  EXPECT_EQ(groups_of({"w4a16g32", "w4a8"}), (std::set<std::int64_t>{32, 128}));
  EXPECT_EQ(groups_of({"w8a8"}), (std::set<std::int64_t>{0}));
}

TEST(Presets, AGroupThatNoKernelTakesIsRefused) {
  for (const char* text : {"w4a16g", "w4a16g0", "w4a16g12", "w4a16g2048", "w4a16gx", "w4a16g-8"}) {
    EXPECT_NE(refusal([&] { format_argument(text); }).find("multiples of 8"), std::string::npos)
        << text;
  }
  EXPECT_NE(refusal([] { format_argument("w8a8g32"); }).find("4-bit weights alone"),
            std::string::npos);
  EXPECT_EQ(format_argument("bf16-f32").name, "bf16-f32");
}

TEST(Presets, AFormatThatNothingHereComputesInIsRefusedAtOnce) {
  const std::vector<Kernel> registry = all_kernels();
  const auto said = [&](const std::vector<std::string>& formats) {
    RunRequest request = small_request();
    request.formats = formats;
    const Machine machine = two_cores();
    return refusal(
        [&] { require_formats(request, policy_of(request, machine), registry, machine); });
  };
  EXPECT_NE(said({"f64"}).find("no f64 variant of gemm for cpu"), std::string::npos)
      << said({"f64"});
  EXPECT_NE(said({"fp8"}).find("fp8-f32"), std::string::npos);
  EXPECT_EQ(said({"f32"}), "");
  EXPECT_EQ(said({"fp8", "f32"}), "");  // rows say why of the other
}

DryRun dry_run_with(std::int64_t available) {
  Machine machine = two_cores();
  if (available > 0) machine.environment.memory_available_bytes = available;
  const Policy policy = policy_of(small_request(), machine);
  const std::vector<Kernel> registry = all_kernels();
  const Plan made = plan(registry, machine, operators_of(policy), policy);
  return dry_run_of(made, policy, {{1, {1e11, 1e10}}}, machine);
}

TEST(DryRun, DoubtsAPlanThatTakesMoreMemoryThanThereIs) {
  EXPECT_EQ(memory_doubt(dry_run_with(0)), "");  // nobody knows
  EXPECT_EQ(memory_doubt(dry_run_with(std::int64_t{64} << 30)), "");
  EXPECT_NE(memory_doubt(dry_run_with(std::int64_t{1} << 20)).find("MiB are available"),
            std::string::npos);
}

TEST(DryRun, JsonHasEveryRowAndTheWhole) {
  const DryRun made = dry_run_with(std::int64_t{8} << 30);
  const JsonView json = JsonView::parse(dry_run_text(made, "json"), "json");
  ASSERT_EQ(json.at("rows").elements().size(), made.rows.size());
  EXPECT_EQ(json.at("available_bytes").number(0, 1e15), 0x1p33);
  double seconds = 0;
  for (const JsonView& row : json.at("rows").elements())
    seconds += row.at("seconds").number(0, 1e9);
  EXPECT_NEAR(json.at("seconds").number(0, 1e9), seconds, 1e-12 * seconds);
  EXPECT_NE(refusal([&] { dry_run_text(made, "xml"); }), "");
}

}  // namespace
}  // namespace roofmark
