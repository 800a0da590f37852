#include "core/plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/error.h"

namespace roofmark {
namespace {

Work none(const Shape&, const Format&) { return {}; }
std::vector<Site> one_site(const Machine&, const Variant&, int) {
  return {{.shape = {{"bytes", 64}}, .conditions = {.level = "l1"}},
          {.shape = {{"bytes", 64}}, .conditions = {.level = "dram"}, .reason = "no memory"}};
}
std::optional<Companion> l1_read(const Shape&, int) { return Companion{"read", {.level = "l1"}}; }

std::vector<Kernel> registry() {
  return {{.name = "read",
           .role = Role::bandwidth_probe,
           .work = none,
           .sites = one_site,
           .variants = {{"sse2", "cpu", "", Format{}, nullptr, {}},
                        {"avx2", "cpu", "avx2", Format{}, nullptr, {}},
                        {"avx512", "cpu", "avx512", Format{}, nullptr, {}}}},
          {.name = "gemv",
           .work = none,
           .companion = l1_read,
           .variants = {{"sse2", "cpu", "", Format{}, nullptr, {}},
                        {"blas", "cpu", "", Format{}, nullptr, "built without it"}}},
          {.name = "rope", .work = none}};
}

Machine avx2_machine() {
  Machine machine;
  machine.cpu.isas = {"avx2"};
  return machine;
}

std::vector<Operator> operators() {
  return {{.name = "q", .kernel = "gemv", .shape = {{"n", 4}}},
          {.name = "o", .kernel = "gemv", .shape = {{"n", 4}}},
          {.name = "rope", .kernel = "rope", .shape = {{"t", 1}}}};
}

Plan planned(const Policy& policy) {
  static const std::vector<Kernel> kernels = registry();
  return plan(kernels, avx2_machine(), operators(), policy);
}

std::multiset<std::string> ids(const Plan& plan) {
  std::multiset<std::string> all;
  for (const PlannedCase& planned : plan.cases) all.insert(planned.what.id());
  return all;
}

const PlannedCase& find(const Plan& plan, const std::string& id) {
  return *std::find_if(plan.cases.begin(), plan.cases.end(),
                       [&](const PlannedCase& planned) { return planned.what.id() == id; });
}

TEST(Plan, HasEveryVariantAtEverySiteOnEveryThreadCountAndEachReasonOnce) {
  Policy policy;
  policy.threads = {1, 2};
  EXPECT_EQ(
      ids(planned(policy)),
      (std::multiset<std::string>{
          "read/sse2/f32/cpu/t1/bytes=64,level=l1", "read/sse2/f32/cpu/t1/bytes=64,level=dram",
          "read/avx2/f32/cpu/t1/bytes=64,level=l1", "read/avx2/f32/cpu/t1/bytes=64,level=dram",
          "read/avx512/f32/cpu/t1/bytes=64,level=l1", "read/sse2/f32/cpu/t2/bytes=64,level=l1",
          "read/avx2/f32/cpu/t2/bytes=64,level=l1", "gemv/sse2/f32/cpu/t1/n=4,state=cold",
          "gemv/sse2/f32/cpu/t2/n=4,state=cold", "gemv/blas/f32/cpu/t1/n=4,state=cold",
          "rope/none/f32/cpu/t1/t=1"}));
}

TEST(Plan, AFilterShowsEveryCaseThatCannotRun) {
  Policy policy;
  policy.threads = {1, 2};
  policy.filter = "avx512|blas";
  EXPECT_EQ(
      ids(planned(policy)),
      (std::multiset<std::string>{
          "read/avx512/f32/cpu/t1/bytes=64,level=l1", "read/avx512/f32/cpu/t1/bytes=64,level=dram",
          "read/avx512/f32/cpu/t2/bytes=64,level=l1", "read/avx512/f32/cpu/t2/bytes=64,level=dram",
          "gemv/blas/f32/cpu/t1/n=4,state=cold", "gemv/blas/f32/cpu/t2/n=4,state=cold"}));
}

TEST(Plan, OfLeavesThatAreAlikeOneIsPlannedAndThoseThatOthersStandForAreNot) {
  const auto few = [](const Shape& shape) {
    return shape.at("n") < 100 ? std::string("too few") : std::string();
  };
  std::vector<Kernel> kernels = {{.name = "add", .work = none}};
  for (const char* isa : {"sse2", "avx2", "avx512"}) {
    kernels[0].variants.push_back({.name = isa, .device = "cpu", .needs = isa});
    kernels[0].variants.push_back(
        {.name = std::string(isa) + "-nt", .device = "cpu", .needs = isa, .refusal = few});
  }
  const std::vector<Operator> asked = {{.name = "a", .kernel = "add", .shape = {{"n", 4}}},
                                       {.name = "b", .kernel = "add", .shape = {{"n", 400}}}};
  Machine machine;
  machine.cpu.isas = {"sse2", "avx2"};
  Policy policy;
  policy.threads = {1};
  EXPECT_EQ(ids(roofmark::plan(kernels, machine, asked, policy)),
            (std::multiset<std::string>{"add/avx2/f32/cpu/t1/n=4,state=cold",
                                        "add/avx2/f32/cpu/t1/n=400,state=cold",
                                        "add/avx2-nt/f32/cpu/t1/n=400,state=cold"}));
  // Where none can run, one row says why.
  machine.cpu.isas = {};
  const Plan plan = roofmark::plan(kernels, machine, asked, policy);
  EXPECT_EQ(ids(plan), (std::multiset<std::string>{"add/sse2/f32/cpu/t1/n=4,state=cold"}));
  EXPECT_EQ(plan.cases[0].what.reason, "needs sse2, which this CPU lacks");
}

TEST(Plan, OfFewRowsTheWidestWithAndWithoutMatrixUnitsArePlanned) {
  std::vector<Kernel> kernels = {{.name = "gemm", .work = none},
                                 {.name = "attention", .work = none}};
  for (Kernel& kernel : kernels) {
    for (const char* isa : {"avx2", "avx512", "amx_bf16"}) {
      kernel.variants.push_back({.name = isa, .device = "cpu", .needs = isa});
    }
  }
  const std::vector<Operator> asked = {
      {.name = "a", .kernel = "gemm", .shape = {{"m", 16}}},
      {.name = "b", .kernel = "gemm", .shape = {{"m", 17}}},
      {.name = "c", .kernel = "attention", .shape = {{"queries", 8}, {"fresh", 1}}},
      {.name = "d", .kernel = "attention", .shape = {{"queries", 1}, {"fresh", 128}}}};
  Machine machine;
  machine.cpu.isas = {"avx2", "avx512", "amx_bf16"};
  Policy policy;
  policy.threads = {1};
  EXPECT_EQ(
      ids(roofmark::plan(kernels, machine, asked, policy)),
      (std::multiset<std::string>{"gemm/avx512/f32/cpu/t1/m=16,state=cold",
                                  "gemm/amx_bf16/f32/cpu/t1/m=16,state=cold",
                                  "gemm/amx_bf16/f32/cpu/t1/m=17,state=cold",
                                  "attention/avx512/f32/cpu/t1/queries=8,fresh=1,state=cold",
                                  "attention/amx_bf16/f32/cpu/t1/queries=8,fresh=1,state=cold",
                                  "attention/amx_bf16/f32/cpu/t1/queries=1,fresh=128,state=cold"}));
  // What the machine lacks is no row of its own where the rest of them can run.
  machine.cpu.isas = {"avx2", "avx512"};
  EXPECT_EQ(ids(roofmark::plan(kernels, machine, asked, policy)),
            (std::multiset<std::string>{
                "gemm/avx512/f32/cpu/t1/m=16,state=cold", "gemm/avx512/f32/cpu/t1/m=17,state=cold",
                "attention/avx512/f32/cpu/t1/queries=8,fresh=1,state=cold",
                "attention/avx512/f32/cpu/t1/queries=1,fresh=128,state=cold"}));
}

/// Sites of a probe that scales, one of each depth, and one that names its CPUs.
std::vector<Site> deep_sites(const Machine&, const Variant&, int) {
  return {
      {.shape = {{"bytes", 1}}, .scales = true},
      {.shape = {{"bytes", 2}}, .depth = Depth::standard},
      {.shape = {{"bytes", 3}}, .depth = Depth::thorough},
      {.shape = {{"bytes", 4}}, .conditions = {.node = "1"}, .cpus = {7, 5, 3}, .memory_node = 1}};
}

Plan deep_plan(const Policy& policy) {
  static const std::vector<Kernel> kernels = {
      {.name = "read",
       .role = Role::bandwidth_probe,
       .work = none,
       .sites = deep_sites,
       .variants = {{"sse2", "cpu", "", Format{}, nullptr, {}}}}};
  Machine machine;
  machine.allowance.cpus = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  machine.allowance.max_threads = 12;
  machine.allowance.cores = 6;
  return plan(kernels, machine, {}, policy);
}

std::multiset<std::string> deep_ids(const Policy& policy) {
  std::multiset<std::string> all;
  for (const std::string& id : ids(deep_plan(policy))) {
    all.insert(id.substr(std::string("read/sse2/f32/cpu/").size()));
  }
  return all;
}

TEST(Plan, APresetTakesTheSitesOfItsDepth) {
  Policy policy{.threads = {1}};
  EXPECT_EQ(deep_ids(policy), (std::multiset<std::string>{"t1/bytes=1"}));
  policy.preset = "standard";
  EXPECT_EQ(deep_ids(policy), (std::multiset<std::string>{"t1/bytes=1", "t1/bytes=2"}));
  policy.preset = "thorough";
  EXPECT_EQ(deep_ids(policy),
            (std::multiset<std::string>{"t1/bytes=1", "t1/bytes=2", "t1/bytes=3"}));
  policy.preset = "slow";
  EXPECT_THROW(deep_plan(policy), InputError);
}

TEST(Plan, AProbeThatScalesIsTakenAtEveryPowerOfTwoAllCoresAndAllThreads) {
  Policy policy{.threads = {1, 12}};
  policy.filter = "bytes=1";
  EXPECT_EQ(deep_ids(policy),
            (std::multiset<std::string>{"t1/bytes=1", "t2/bytes=1", "t4/bytes=1", "t6/bytes=1",
                                        "t8/bytes=1", "t12/bytes=1"}));
  policy.threads = {5};  // no more than was asked for
  EXPECT_EQ(deep_ids(policy),
            (std::multiset<std::string>{"t1/bytes=1", "t2/bytes=1", "t4/bytes=1", "t5/bytes=1"}));
}

TEST(Plan, ASiteThatNamesItsCpusHasAThreadOnEachOnce) {
  Policy policy{.threads = {1, 12}};
  policy.filter = "node=";
  const Plan plan = deep_plan(policy);
  ASSERT_EQ(plan.cases.size(), 1u);
  const Case& what = plan.cases.front().what;
  EXPECT_EQ(what.id(), "read/sse2/f32/cpu/t3/bytes=4,node=1");
  EXPECT_EQ(what.cpus, (std::vector<int>{7, 5, 3}));
  EXPECT_EQ(what.memory_node, 1);
  policy.threads = {2};
  EXPECT_TRUE(deep_plan(policy).cases.empty());
}

TEST(Plan, WhatCannotRunStaysWithItsReason) {
  Policy policy;
  policy.threads = {1};
  const Plan plan = planned(policy);
  EXPECT_EQ(find(plan, "read/avx512/f32/cpu/t1/bytes=64,level=l1").what.reason,
            "needs avx512, which this CPU lacks");
  EXPECT_EQ(find(plan, "read/avx2/f32/cpu/t1/bytes=64,level=dram").what.reason, "no memory");
  EXPECT_EQ(find(plan, "gemv/blas/f32/cpu/t1/n=4,state=cold").what.reason, "built without it");
  EXPECT_EQ(find(plan, "rope/none/f32/cpu/t1/t=1").what.reason, "no variant of rope for cpu");
}

TEST(Plan, AVariantThatDoesNotTakeAShapeSaysSo) {
  const auto small = [](const Shape& shape) {
    return shape.at("m") > 16 ? std::string("at most 16 rows") : std::string();
  };
  const std::vector<Kernel> kernels = {
      {.name = "gemm",
       .work = none,
       .variants = {{.name = "mma", .device = "cpu", .refusal = small, .packed = "yes"}}}};
  const std::vector<Operator> asked = {{.name = "q", .kernel = "gemm", .shape = {{"m", 16}}},
                                       {.name = "q", .kernel = "gemm", .shape = {{"m", 17}}}};
  Policy policy;
  policy.threads = {1};
  const Plan plan = roofmark::plan(kernels, avx2_machine(), asked, policy);
  EXPECT_EQ(find(plan, "gemm/mma/f32/cpu/t1/m=16,state=cold,packed=yes").what.reason, "");
  EXPECT_EQ(find(plan, "gemm/mma/f32/cpu/t1/m=17,state=cold,packed=yes").what.reason,
            "at most 16 rows");
}

TEST(Plan, AQuickRunHasLibrariesOnTheMostThreadsAlone) {
  const std::vector<Kernel> kernels = {
      {.name = "gemv",
       .work = none,
       .variants = {{.name = "sse2", .device = "cpu"},
                    {.name = "blas", .device = "cpu", .library = true}}}};
  Policy policy;
  policy.threads = {1, 2};
  const auto counts = [&](const std::string& variant) {
    return ids(roofmark::plan(kernels, avx2_machine(), operators(), policy))
               .count("gemv/" + variant + "/f32/cpu/t1/n=4,state=cold") +
           ids(roofmark::plan(kernels, avx2_machine(), operators(), policy))
               .count("gemv/" + variant + "/f32/cpu/t2/n=4,state=cold");
  };
  policy.preset = "quick";
  EXPECT_EQ(counts("sse2"), 2u);
  EXPECT_EQ(counts("blas"), 1u);
  policy.filter = "gemv";
  EXPECT_EQ(counts("blas"), 2u);
  policy.filter = "";
  policy.preset = "standard";
  EXPECT_EQ(counts("blas"), 2u);
}

TEST(Plan, TheCompanionIsTheWidestProbeThatCanRun) {
  Policy policy;
  policy.threads = {1, 2};
  const Plan plan = planned(policy);
  const PlannedCase& kernel = find(plan, "gemv/sse2/f32/cpu/t2/n=4,state=cold");
  ASSERT_GE(kernel.companion, 0);
  EXPECT_EQ(plan.cases[kernel.companion].what.id(), "read/avx2/f32/cpu/t2/bytes=64,level=l1");
}

TEST(Plan, WhatIsNoProductBoundsNone) {
  const auto one_site_at_all = +[](const Machine&, const Variant&, int) {
    return std::vector<Site>{{.shape = {{"ops", 1}}}};
  };
  const auto any_compute_probe = +[](const Shape&, int) { return std::optional(Companion{}); };
  const Format f32, exponential{DType::none, DType::f32, DType::f32};
  const std::vector<Kernel> kernels = {
      {.name = "fma",
       .role = Role::compute_probe,
       .work = none,
       .sites = one_site_at_all,
       .variants = {{"simt", "cpu", "", f32, nullptr, {}}}},
      {.name = "exp",
       .role = Role::compute_probe,
       .work = none,
       .sites = one_site_at_all,
       .variants = {{"simt", "cpu", "", exponential, nullptr, {}}}},
      {.name = "gemv",
       .work = none,
       .companion = any_compute_probe,
       .variants = {{"simt", "cpu", "", f32, nullptr, {}}}}};
  Policy policy;
  policy.threads = {1};
  const Plan plan = roofmark::plan(kernels, avx2_machine(), operators(), policy);
  const PlannedCase& kernel = find(plan, "gemv/simt/f32/cpu/t1/n=4,state=cold");
  ASSERT_GE(kernel.companion, 0);
  EXPECT_EQ(plan.cases[kernel.companion].what.id(), "fma/simt/f32/cpu/t1/ops=1");
}

TEST(Plan, WhatACpuCannotComputeInIsBoundByF32) {
  const auto one_site_at_all = +[](const Machine&, const Variant&, int) {
    return std::vector<Site>{{.shape = {{"ops", 1}}}};
  };
  const auto any_compute_probe = +[](const Shape&, int) { return std::optional(Companion{}); };
  const Format f32, f16{DType::f16, DType::f16, DType::f32},
      bf16{DType::bf16, DType::bf16, DType::f32};
  const std::vector<Kernel> kernels = {
      {.name = "dot",
       .role = Role::compute_probe,
       .work = none,
       .sites = one_site_at_all,
       .variants = {{"avx512_bf16", "cpu", "", bf16, nullptr, {}}}},
      {.name = "fma",
       .role = Role::compute_probe,
       .work = none,
       .sites = one_site_at_all,
       .variants = {{"avx2", "cpu", "", f32, nullptr, {}}}},
      {.name = "attention",
       .work = none,
       .companion = any_compute_probe,
       .variants = {{"avx2", "cpu", "", f16, nullptr, {}},
                    {"avx2", "cpu", "", bf16, nullptr, {}}}}};
  const std::vector<Operator> asked = {
      {.name = "a", .kernel = "attention", .shape = {{"n", 4}}, .format = f16},
      {.name = "b", .kernel = "attention", .shape = {{"n", 4}}, .format = bf16}};
  Policy policy;
  policy.threads = {1};
  const Plan plan = roofmark::plan(kernels, avx2_machine(), asked, policy);
  const auto companion_of = [&](const std::string& id) {
    const int companion = find(plan, id).companion;
    return companion < 0 ? "none" : plan.cases[companion].what.kernel->name;
  };
  EXPECT_EQ(companion_of("attention/avx2/f16-f32/cpu/t1/n=4,state=cold"), "fma");
  EXPECT_EQ(companion_of("attention/avx2/bf16-f32/cpu/t1/n=4,state=cold"), "dot");
}

TEST(Plan, AFilterKeepsTheCompanionsItsKernelsNeed) {
  Policy policy;
  policy.threads = {1};
  policy.filter = "^gemv/sse2";
  EXPECT_EQ(ids(planned(policy)),
            (std::multiset<std::string>{"gemv/sse2/f32/cpu/t1/n=4,state=cold",
                                        "read/avx2/f32/cpu/t1/bytes=64,level=l1"}));
}

TEST(Plan, OnlyProbesLeavesTheKernelsOut) {
  Policy policy;
  policy.threads = {1};
  policy.only = "probes";
  for (const PlannedCase& planned : planned(policy).cases) {
    EXPECT_EQ(planned.what.kernel->name, "read");
  }
}

TEST(Plan, TheOrderDependsOnTheSeedAlone) {
  Policy policy;
  policy.threads = {1, 2};
  const auto order = [](const Plan& plan) {
    std::vector<std::string> all;
    for (const PlannedCase& planned : plan.cases) all.push_back(planned.what.id());
    return all;
  };
  const auto first = order(planned(policy));
  EXPECT_EQ(first, order(planned(policy)));
  policy.seed = 2;
  EXPECT_NE(first, order(planned(policy)));
}

TEST(Plan, ABrokenFilterIsAnInputErrorThatSaysSo) {
  Policy policy;
  policy.threads = {1};
  policy.filter = "gemv(";
  try {
    planned(policy);
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("--filter 'gemv('"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace roofmark
