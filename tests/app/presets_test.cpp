// What a run asks of kernels, against the kernels that there are.
#include "app/presets.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "kernels/registry.h"

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

}  // namespace
}  // namespace roofmark
