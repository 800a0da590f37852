// Where the memory probes want to run on machines with different GPUs, as the planner sees it.
#include <gtest/gtest.h>

#include <map>

#include "core/plan.h"

namespace roofmark {

std::vector<Kernel> stream_cuda_kernels();
std::vector<Kernel> contention_cuda_kernels();
std::vector<Kernel> latency_cuda_kernels();
std::vector<Kernel> transfer_cuda_kernels();
std::vector<Kernel> launch_cuda_kernels();

namespace {

constexpr std::int64_t mib = 1 << 20, gib = 1 << 30;

Machine h200() {
  Machine machine;
  machine.gpus.push_back({.name = "NVIDIA H200",
                          .compute_capability = "9.0",
                          .sms = 132,
                          .memory_bytes = 140 * gib,
                          .l2_bytes = 50 * mib});
  machine.environment.memory_available_bytes = 128 * gib;
  machine.allowance.max_threads = 16;
  return machine;
}

Machine orin(std::int64_t memory_bytes = 61 * gib) {
  Machine machine;
  machine.gpus.push_back({.name = "Orin",
                          .compute_capability = "8.7",
                          .sms = 16,
                          .memory_bytes = memory_bytes,
                          .l2_bytes = 4 * mib,
                          .integrated = true});
  machine.environment.memory_available_bytes = memory_bytes / 2;
  machine.allowance.max_threads = 12;
  return machine;
}

std::unique_ptr<Task> no_task(const Case&, Device&) { return nullptr; }

/// A kernel that reads, bound by the read probe.
Kernel reader() {
  return {.name = "reader",
          .work = [](const Shape&, const Format&) { return Work{}; },
          .companion = [](const Shape&, int) -> std::optional<Companion> {
            return Companion{"read", {.level = "dram", .stores = "ordinary"}};
          },
          .variants = {{.name = "simt", .device = "cuda", .prepare = no_task}}};
}

std::vector<Kernel> registry() {
  std::vector<Kernel> all;
  for (auto* kernels : {stream_cuda_kernels, contention_cuda_kernels, latency_cuda_kernels,
                        transfer_cuda_kernels, launch_cuda_kernels}) {
    merge(all, kernels());
  }
  all.push_back(reader());
  return all;
}

class GpuSites : public testing::Test {
 protected:
  const std::vector<Kernel> kernels_ = registry();

  Plan planned(const Machine& machine) const {
    Policy policy;
    policy.devices = {"cuda"};
    policy.threads = {1};
    const Operator op{.name = "op", .kernel = "reader", .shape = {{"n", 1}}};
    return plan(kernels_, machine, {&op, 1}, policy);
  }
  /// Cases of one kernel by "level memory", and their reasons.
  std::map<std::string, Case> cases(const Machine& machine, const std::string& kernel) const {
    std::map<std::string, Case> found;
    for (const PlannedCase& planned_case : planned(machine).cases) {
      const Case& what = planned_case.what;
      if (what.kernel->name != kernel) continue;
      const std::string& memory = what.conditions.memory;
      found[what.conditions.level + (memory.empty() ? "" : " " + memory)] = what;
    }
    return found;
  }
};

std::vector<std::string> keys(const std::map<std::string, Case>& cases) {
  std::vector<std::string> all;
  for (const auto& [key, what] : cases) all.push_back(key);
  return all;
}
using Names = std::vector<std::string>;

TEST_F(GpuSites, ADiscreteGpuHasOneMemoryAndALink) {
  EXPECT_EQ(keys(cases(h200(), "read")), (Names{"dram", "l1", "l2", "shared"}));
  for (const char* kernel : {"write", "copy", "triad"}) {
    EXPECT_EQ(keys(cases(h200(), kernel)), (Names{"dram", "l2"}));
  }
  EXPECT_TRUE(cases(h200(), "contention").empty());
  for (const char* kernel : {"h2d", "d2h"}) {
    for (const auto& [key, what] : cases(h200(), kernel)) EXPECT_EQ(what.reason, "") << key;
    EXPECT_EQ(keys(cases(h200(), kernel)), (Names{"link pageable", "link pinned"}));
  }
  EXPECT_EQ(cases(h200(), "h2d_d2h").at("link pinned").reason, "");
  EXPECT_NE(cases(h200(), "h2d_d2h").at("link pageable").reason, "");
}

TEST_F(GpuSites, AnIntegratedGpuHasThreeKindsOfMemoryAndNoLink) {
  for (const char* kernel : {"read", "write", "copy", "triad"}) {
    const auto found = cases(orin(), kernel);
    for (const char* key : {"dram", "dram pinned", "dram managed"}) {
      ASSERT_EQ(found.count(key), 1u) << kernel << key;
      EXPECT_EQ(found.at(key).reason, "");
    }
  }
  const auto contention = cases(orin(), "contention");
  EXPECT_EQ(keys(contention), (Names{"dram"}));
  EXPECT_EQ(contention.at("dram").shape.at("cpu_threads"), 11);
  EXPECT_EQ(contention.at("dram").reason, "");
  for (const char* kernel : {"h2d", "d2h", "h2d_d2h"}) {
    for (const auto& [key, what] : cases(orin(), kernel)) {
      EXPECT_NE(what.reason.find("share one memory"), std::string::npos) << kernel << key;
    }
  }
}

TEST_F(GpuSites, MemoryFootprintsOutgrowL2AndStayWithinAQuarterOfTheMemory) {
  for (const Machine& machine : {h200(), orin(), orin(7 * gib)}) {
    const Gpu& gpu = machine.gpus.front();
    for (const char* kernel : {"read", "write", "copy", "triad"}) {
      const Case what = cases(machine, kernel).at("dram");
      const std::int64_t bytes = what.shape.at("bytes");
      EXPECT_EQ(what.reason, "");
      EXPECT_GE(bytes, 4 * gpu.l2_bytes);
      EXPECT_LE(bytes, gpu.memory_bytes / 4);
      if (gpu.memory_bytes > 8 * gib) {
        EXPECT_GE(bytes, gib);
      }
    }
  }
}

TEST_F(GpuSites, WavesAreWhole) {
  for (const Machine& machine : {h200(), orin()}) {
    const std::int64_t sms = machine.gpus.front().sms;
    // Tiles of 32 KiB, 16 KiB of each of the triad's arrays, four blocks a multiprocessor.
    EXPECT_EQ(cases(machine, "read").at("dram").shape.at("bytes") % (sms * 4 * (32 << 10)), 0);
    EXPECT_EQ(cases(machine, "copy").at("dram").shape.at("bytes") % (sms * 4 * (64 << 10)), 0);
    EXPECT_EQ(cases(machine, "triad").at("dram").shape.at("bytes") % (sms * 4 * (48 << 10)), 0);
    EXPECT_EQ(cases(machine, "read").at("l2").shape.at("bytes") % (sms * (16 << 10)), 0);
    EXPECT_EQ(cases(machine, "read").at("l1").shape.at("bytes"), sms * (32 << 10));
  }
}

TEST_F(GpuSites, L2FootprintsFitWhatOnePartitionKeeps) {
  for (const char* kernel : {"read", "write", "copy", "triad"}) {
    const Case hopper = cases(h200(), kernel).at("l2"), small = cases(orin(), kernel).at("l2");
    EXPECT_EQ(hopper.reason + small.reason, "");
    EXPECT_GT(hopper.shape.at("bytes"), 0);
    EXPECT_LE(hopper.shape.at("bytes"), 50 * mib / 4) << kernel;
    EXPECT_GT(small.shape.at("bytes"), 0);
    EXPECT_LE(small.shape.at("bytes"), 4 * mib / 2) << kernel;
  }
  Machine unknown = h200();
  unknown.gpus.front().l2_bytes = 0;
  EXPECT_EQ(cases(unknown, "read").at("l2").reason, "this GPU reports no L2 cache");
  EXPECT_EQ(cases(unknown, "latency").at("l2").reason, "this GPU reports no L2 cache");
}

TEST_F(GpuSites, WhatWouldNotFitTheMemorySaysSo) {
  Machine tiny = h200();
  tiny.gpus.front().memory_bytes = 700 * mib;
  for (const char* kernel : {"read", "triad", "latency"}) {
    EXPECT_NE(cases(tiny, kernel).at("dram").reason.find("quarter"), std::string::npos) << kernel;
  }
}

TEST_F(GpuSites, KernelsFindTheProbeOfTheGpusOwnMemory) {
  for (const Machine& machine : {h200(), orin()}) {
    const Plan plan = planned(machine);
    for (const PlannedCase& planned_case : plan.cases) {
      if (planned_case.what.kernel->name != "reader") continue;
      ASSERT_GE(planned_case.companion, 0);
      const Case& probe = plan.cases[planned_case.companion].what;
      EXPECT_EQ(probe.kernel->name, "read");
      EXPECT_EQ(probe.conditions, (Conditions{.level = "dram"}));
    }
  }
}

TEST_F(GpuSites, LaunchingHasThreeCosts) {
  Names variants;
  for (const PlannedCase& planned_case : planned(h200()).cases) {
    const Case& what = planned_case.what;
    if (what.kernel->name == "launch") variants.push_back(what.variant->name);
  }
  std::sort(variants.begin(), variants.end());
  EXPECT_EQ(variants, (Names{"graph", "stream", "synchronize"}));
}

TEST_F(GpuSites, WithoutAGpuEveryProbeSaysSo) {
  const Plan plan = planned(Machine{});
  EXPECT_EQ(plan.cases.size(), 4u + 1 + 1 + 3 + 3 + 1);
  for (const PlannedCase& planned_case : plan.cases) {
    EXPECT_EQ(planned_case.what.reason, "no CUDA device") << planned_case.what.id();
  }
}

}  // namespace
}  // namespace roofmark
