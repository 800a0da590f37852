// What is planned for a GPU, and what is said where there is none.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/plan.h"

namespace roofmark {
namespace {

Work some_ops(const Shape&, const Format&) { return {.ops = Ops{1e6}}; }
std::vector<Site> one_site(const Machine&, const Variant&, int) {
  return {{.shape = {{"ops", 1}}}};
}
std::vector<Site> a_gpu_site(const Machine& machine, const Variant&, int) {
  return {{.shape = {{"ops", machine.gpus.front().sms}}}};
}
std::optional<Companion> any_compute_probe(const Shape&, int) { return Companion{}; }

constexpr Format bf16{DType::bf16, DType::bf16, DType::f32};
constexpr Format w4a16{DType::i4, DType::f16, DType::f32};
constexpr Format f16{DType::f16, DType::f16, DType::f32};

Variant on_gpu(const char* name, const Format& format, const char* needs = "") {
  return {.name = name, .device = "cuda", .needs = needs, .format = format, .sites = a_gpu_site};
}

std::vector<Kernel> registry() {
  return {{.name = "fma",
           .role = Role::compute_probe,
           .work = some_ops,
           .sites = one_site,
           .variants = {{.name = "any", .device = "cpu"}, on_gpu("simt", Format{})}},
          {.name = "matrix",
           .role = Role::compute_probe,
           .work = some_ops,
           .variants = {on_gpu("mma", bf16, "8.0"), on_gpu("wgmma", bf16, "9.0a"),
                        on_gpu("mma", f16, "8.0")}},
          {.name = "gemm",
           .work = some_ops,
           .companion = any_compute_probe,
           .variants = {
               {.name = "any", .device = "cpu"}, on_gpu("cublaslt", bf16), on_gpu("simt", w4a16)}}};
}

Machine machine_with(const std::string& capability) {
  Machine machine;
  if (!capability.empty())
    machine.gpus.push_back({.name = "GPU", .compute_capability = capability, .sms = 7});
  return machine;
}

Plan planned(const Machine& machine, const std::vector<Operator>& operators = {}) {
  Policy policy;
  policy.devices = {"cpu", "cuda"};
  policy.threads = {1, 4};
  static const std::vector<Kernel> kernels = registry();
  return plan(kernels, machine, operators, policy);
}

const PlannedCase& find(const Plan& plan, const std::string& id) {
  const auto at = std::find_if(plan.cases.begin(), plan.cases.end(),
                               [&](const PlannedCase& one) { return one.what.id() == id; });
  if (at == plan.cases.end()) throw std::runtime_error("no case " + id);
  return *at;
}

Operator product(const Format& format) {
  return {.name = "q_proj", .kernel = "gemm", .shape = {{"m", 2}}, .format = format};
}

TEST(PlanForAGpu, WithoutOneEveryVariantIsARowThatSaysSo) {
  const Plan plan = planned(machine_with(""));
  for (const char* id : {"fma/simt/f32/cuda/t1/", "matrix/mma/bf16-f32/cuda/t1/",
                         "matrix/wgmma/bf16-f32/cuda/t1/"}) {
    EXPECT_EQ(find(plan, id).what.reason, "no CUDA device") << id;
  }
}

TEST(PlanForAGpu, ItIsDrivenByOneThreadWhateverTheCpuUses) {
  const Plan plan = planned(machine_with("9.0"));
  const auto of = [&](const std::string& device) {
    return std::count_if(plan.cases.begin(), plan.cases.end(), [&](const PlannedCase& one) {
      return one.what.device == device && one.what.kernel->name == "fma";
    });
  };
  EXPECT_EQ(of("cpu"), 2);
  EXPECT_EQ(of("cuda"), 1);
  EXPECT_EQ(find(plan, "fma/simt/f32/cuda/t1/ops=7").what.reason, "");
}

TEST(PlanForAGpu, ACapabilityWithALetterIsThatPartAlone) {
  const auto reason = [](const std::string& has, const char* variant) {
    return find(planned(machine_with(has)),
                std::string("matrix/") + variant + "/bf16-f32/cuda/t1/ops=7")
        .what.reason;
  };
  EXPECT_EQ(reason("9.0", "wgmma"), "");
  EXPECT_EQ(reason("8.7", "wgmma"), "this GPU has compute capability 8.7, not 9.0a");
  EXPECT_EQ(reason("10.0", "wgmma"), "this GPU has compute capability 10.0, not 9.0a");
  EXPECT_EQ(reason("10.0", "mma"), "");
  EXPECT_EQ(reason("7.5", "mma"), "this GPU has compute capability 7.5, not 8.0");
}

TEST(PlanForAGpu, OneDeviceIsMeasuredAfterTheOther) {
  const Plan plan = planned(machine_with("9.0"));
  const auto first_gpu =
      std::find_if(plan.cases.begin(), plan.cases.end(),
                   [](const PlannedCase& one) { return one.what.device == "cuda"; });
  EXPECT_TRUE(std::all_of(first_gpu, plan.cases.end(),
                          [](const PlannedCase& one) { return one.what.device == "cuda"; }));
  EXPECT_GT(first_gpu - plan.cases.begin(), 0);
}

TEST(PlanForAGpu, AProductIsBoundByTheLastProbeOfTheFormatItComputesIn) {
  const Plan hopper = planned(machine_with("9.0"), {product(bf16), product(w4a16)});
  const auto companion = [](const Plan& plan, const std::string& id) {
    const int index = find(plan, id).companion;
    return index < 0 ? "none" : plan.cases[static_cast<std::size_t>(index)].what.id();
  };
  EXPECT_EQ(companion(hopper, "gemm/cublaslt/bf16-f32/cuda/t1/m=2,state=cold"),
            "matrix/wgmma/bf16-f32/cuda/t1/ops=7");
  EXPECT_EQ(companion(hopper, "gemm/simt/w4a16/cuda/t1/m=2,state=cold"),
            "matrix/mma/f16-f32/cuda/t1/ops=7");
  const Plan orin = planned(machine_with("8.7"), {product(bf16)});
  EXPECT_EQ(companion(orin, "gemm/cublaslt/bf16-f32/cuda/t1/m=2,state=cold"),
            "matrix/mma/bf16-f32/cuda/t1/ops=7");
}

TEST(PlanForAGpu, AnOperatorMeantForOneDeviceIsNoRowOfTheOther) {
  Operator for_gpu = product(bf16);
  for_gpu.device = "cuda";
  const Plan plan = planned(machine_with("9.0"), {for_gpu});
  EXPECT_TRUE(std::none_of(plan.cases.begin(), plan.cases.end(), [](const PlannedCase& one) {
    return one.what.kernel->name == "gemm" && one.what.device == "cpu";
  }));
}

}  // namespace
}  // namespace roofmark
