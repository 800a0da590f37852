// Memory's probe or that of the arithmetic beside a kernel, as the machine has it.
#include "core/companions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace roofmark {
namespace {

constexpr Format f32{}, f16{DType::f16, DType::f16, DType::f32},
    bf16{DType::bf16, DType::bf16, DType::f32}, w8a8{DType::i8, DType::i8, DType::i32};

Work of_intensity(const Shape& shape, const Format&) {
  return {.ops = Ops{1000.0 * static_cast<double>(shape.get("intensity", 0))}, .read = Bytes{1000}};
}
std::optional<Companion> copy_or_arithmetic(const Shape&, int) {
  return Companion{"copy", {.level = "dram"}, true};
}
std::optional<Companion> copy_alone(const Shape&, int) {
  return Companion{"copy", {.level = "dram"}};
}
std::vector<Site> of_memory(const Machine&, const Variant&, int) {
  return {{.shape = {{"bytes", 1}}, .conditions = {.level = "dram"}},
          {.shape = {{"bytes", 1}}, .conditions = {.level = "l1"}}};
}
template <int ops>
std::vector<Site> of_cores(const Machine&, const Variant&, int) {
  return {{.shape = {{"ops", 1}}, .ops_per_cycle = ops}};
}

template <int ops>
Variant probe(const char* isa, const Format& format, const char* device = "cpu") {
  return {.name = isa, .device = device, .needs = isa, .format = format, .sites = of_cores<ops>};
}

std::vector<Kernel> registry() {
  return {{.name = "copy",
           .role = Role::bandwidth_probe,
           .work = of_intensity,
           .sites = of_memory,
           .variants = {{.name = "any", .device = "cpu"}, {.name = "any", .device = "cuda"}}},
          {.name = "fma",
           .role = Role::compute_probe,
           .work = of_intensity,
           .variants = {probe<32>("avx2", f32), probe<64>("avx512", f32)}},
          {.name = "dot",
           .role = Role::compute_probe,
           .work = of_intensity,
           .variants = {probe<128>("avx512_bf16", bf16), probe<0>("avx512_vnni", w8a8)}},
          {.name = "matrix",
           .role = Role::compute_probe,
           .work = of_intensity,
           .variants = {probe<1024>("amx_bf16", bf16), probe<0>("8.0", f16, "cuda"),
                        probe<0>("8.0", w8a8, "cuda")}},
          {.name = "product",
           .work = of_intensity,
           .companion = copy_or_arithmetic,
           .variants = {{.name = "any", .device = "cpu", .format = f32},
                        {.name = "any", .device = "cpu", .format = bf16},
                        {.name = "any", .device = "cpu", .format = w8a8},
                        {.name = "any", .device = "cuda", .format = f16},
                        {.name = "any", .device = "cuda", .format = bf16},
                        {.name = "any", .device = "cuda", .format = w8a8}}},
          {.name = "sum",
           .work = of_intensity,
           .companion = copy_alone,
           .variants = {{.name = "any", .device = "cpu"}}}};
}

/// "matrix amx_bf16": kernel and variant of the probe beside that kernel's row; "none".
std::string beside(const Machine& machine, const Format& format, std::int64_t intensity,
                   const std::string& kernel = "product", const char* device = "cpu") {
  const std::vector<Kernel> kernels = registry();
  const std::vector<Operator> asked = {{.name = "asked",
                                        .kernel = kernel,
                                        .shape = {{"intensity", intensity}},
                                        .format = format,
                                        .device = device}};
  Policy policy;
  policy.threads = {1};
  policy.devices = {device};
  const Plan made = plan(kernels, machine, asked, policy);
  const auto row = std::find_if(made.cases.begin(), made.cases.end(), [&](const PlannedCase& one) {
    return one.what.kernel->name == kernel;
  });
  if (row->companion < 0) return "none";
  const Case& found = made.cases[static_cast<std::size_t>(row->companion)].what;
  EXPECT_NE(found.conditions.level, "l1");
  return found.kernel->name + " " + found.variant->name;
}

Machine cpu(const char* vendor, std::vector<std::string> isas) {
  Machine machine;
  machine.cpu.vendor = vendor;
  machine.cpu.isas = std::move(isas);
  return machine;
}

TEST(Companions, OfWhatMayComputeGoByTheArithmeticOfTheWidestProbe) {
  const Machine with_tiles =
      cpu("GenuineIntel", {"avx2", "avx512", "avx512_bf16", "avx512_vnni", "amx_bf16"});
  const Machine with_dots = cpu("AuthenticAMD", {"avx2", "avx512", "avx512_bf16"});
  const Machine with_avx2 = cpu("AuthenticAMD", {"avx2"});
  // 1024 / 5 = 204.8 operations for a byte, 128 / 9 = 14.2, 64 / 9 = 7.1, 32 / 9 = 3.6.
  EXPECT_EQ(beside(with_tiles, bf16, 204), "copy any");
  EXPECT_EQ(beside(with_tiles, bf16, 205), "matrix amx_bf16");
  EXPECT_EQ(beside(with_dots, bf16, 14), "copy any");
  EXPECT_EQ(beside(with_dots, bf16, 15), "dot avx512_bf16");
  EXPECT_EQ(beside(with_dots, f32, 7), "copy any");
  EXPECT_EQ(beside(with_dots, f32, 8), "fma avx512");
  // Without arithmetic in bf16 values are widened.
  EXPECT_EQ(beside(with_avx2, bf16, 3), "copy any");
  EXPECT_EQ(beside(with_avx2, bf16, 4), "fma avx2");
}

TEST(Companions, AreMemorysWhereNobodyKnowsTheArithmeticOfACpu) {
  EXPECT_EQ(beside(cpu("AuthenticAMD", {"avx2", "avx512_vnni"}), w8a8, 100000), "copy any");
  EXPECT_EQ(beside(cpu("AuthenticAMD", {}), f32, 100000), "copy any");
}

TEST(Companions, OfWhatMovesMemoryAloneAreMemorys) {
  EXPECT_EQ(beside(cpu("AuthenticAMD", {"avx2"}), f32, 100000, "sum"), "copy any");
}

TEST(Companions, OnAGpuGoByTheWidthOfTheFormat) {
  const auto on_gpu = [](const Format& format, std::int64_t intensity) {
    Machine machine;
    machine.gpus.push_back({.name = "GPU", .compute_capability = "8.7", .sms = 7});
    return beside(machine, format, intensity, "product", "cuda");
  };
  EXPECT_EQ(on_gpu(f16, 199), "copy any");
  EXPECT_EQ(on_gpu(f16, 200), "matrix 8.0");
  EXPECT_EQ(on_gpu(w8a8, 399), "copy any");
  EXPECT_EQ(on_gpu(w8a8, 400), "matrix 8.0");
  // No probe computes in bf16 there: what computes is timed beside nothing, not beside the memory.
  EXPECT_EQ(on_gpu(bf16, 199), "copy any");
  EXPECT_EQ(on_gpu(bf16, 200), "none");
}

}  // namespace
}  // namespace roofmark
