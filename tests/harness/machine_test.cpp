// What is found out about recorded machines, and what stays unknown.
#include "harness/machine.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include "core/error.h"
#include "harness/cpu_identity.h"
#include "harness/environment.h"
#include "harness/pinning.h"
#include "harness/processor.h"
#include "harness/topology.h"
#include "tests/harness/recorded.h"

namespace roofmark {
namespace {

constexpr std::int64_t kib = 1024, mib = 1024 * kib, gib = 1024 * mib;

TEST(Discover, ReadsThisVirtualMachine) {
  const Machine machine = discover(recorded("vm-epyc-2c"));
  const Cpu& cpu = machine.cpu;
  EXPECT_EQ(cpu.vendor, "AuthenticAMD");
  EXPECT_EQ(cpu.model, "AMD EPYC");
  EXPECT_EQ(cpu.family, 26);
  EXPECT_EQ(cpu.model_number, 2);
  EXPECT_EQ(cpu.stepping, 1);
  EXPECT_EQ(cpu.implementer, std::nullopt);
  EXPECT_EQ(cpu.architecture, "x86_64");
  EXPECT_EQ(cpu.packages, 1);
  EXPECT_EQ(cpu.cores, 2);
  EXPECT_EQ(cpu.threads, 2);
  EXPECT_EQ(cpu.numa_nodes, 1);
  EXPECT_EQ(cpu.smt, false);
  EXPECT_EQ(cpu.caches, (std::vector<Cache>{
                            {1, 48 * kib, 64, 2, 1}, {2, mib, 64, 2, 1}, {3, 32 * mib, 64, 1, 2}}));
  EXPECT_EQ(cpu.isas, (std::vector<std::string>{"scalar", "sse2", "avx128", "avx2", "avx_vnni",
                                                "avx512", "avx512_vnni", "avx512_bf16"}));
  EXPECT_EQ(machine.allowance.cpus, (std::vector<int>{0, 1}));
  EXPECT_EQ(machine.allowance.max_threads, 2);
  EXPECT_EQ(machine.allowance.cgroup, "v1");
  EXPECT_EQ(machine.allowance.memory_limit_bytes, std::nullopt);
  EXPECT_EQ(machine.memory_bytes, 24684092 * kib);
  EXPECT_EQ(machine.board, std::nullopt);
  EXPECT_EQ(machine.class_, "amd-epyc-f26-m2-2c-24g");
  const Environment& now = machine.environment;
  EXPECT_EQ(now.hypervisor, "KVM");
  EXPECT_EQ(now.governor, std::nullopt);
  EXPECT_EQ(now.turbo, std::nullopt);
  EXPECT_EQ(now.huge_pages, "madvise");
  EXPECT_EQ(now.microcode, "0x1000065");
  EXPECT_EQ(now.os, "Debian GNU/Linux 12 (bookworm)");
  EXPECT_EQ(now.container, true);
}

TEST(Environment, VariablesThatSteerLibrariesAreKeptAndNoOthers) {
  const FakeMachine machine;
  EXPECT_EQ(steering_variables(ProcFiles(machine.root())), std::nullopt);
  std::string environment;
  for (const char* assignment :
       {"OPENBLAS_CORETYPE=Haswell", "HOME=/home/somebody",
        "OMP_WAIT_POLICY=", "SECRET_OMP_TOKEN=1", "LD_PRELOAD=a=b\x1b[31m", "OMP_no assignment"}) {
    environment += std::string(assignment) + '\0';
  }
  machine.put("/proc/self/environ", environment);
  const std::map<std::string, std::string> expected{
      {"OPENBLAS_CORETYPE", "Haswell"}, {"OMP_WAIT_POLICY", ""}, {"LD_PRELOAD", "a=b?[31m"}};
  EXPECT_EQ(steering_variables(ProcFiles(machine.root())), expected);
}

TEST(DeniedIsas, EachThatNeedsADeniedWordIsTaken) {
  const auto left = [](std::string_view denied) {
    Machine machine = discover(recorded("vm-epyc-2c"));
    drop_denied_isas(machine.cpu, [&](std::string_view word) { return word == denied; });
    return machine.cpu.isas;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(left("avx_vnni"),
            (Names{"scalar", "sse2", "avx128", "avx2", "avx512", "avx512_vnni", "avx512_bf16"}));
  EXPECT_EQ(left("avx512bw"), (Names{"scalar", "sse2", "avx128", "avx2", "avx_vnni"}));
  EXPECT_EQ(left("avx"),
            (Names{"sse2", "avx2", "avx_vnni", "avx512", "avx512_vnni", "avx512_bf16"}));
  EXPECT_EQ(left("asimd").size(), 8U);
}

TEST(DeniedIsas, ThisProcessorHasWhatItsKernelSays) {
  Cpu cpu;
  identify_cpu(ProcFiles("/"), cpu);
  const std::vector<std::string> listed = cpu.isas;
  drop_denied_isas(cpu);
  EXPECT_EQ(cpu.isas, listed);
  EXPECT_FALSE(processor_denies("a word of no processor"));
}

TEST(Discover, HalfACoreIsOneThreadOnOneOfTheAllowedCpus) {
  const Machine machine = discover(recorded("container-v2"));
  EXPECT_EQ(machine.allowance.quota_cpus, 0.5);
  EXPECT_EQ(machine.allowance.max_threads, 1);
  // CPUs 2 and 18 are one core: 18 comes last.
  EXPECT_EQ(machine.allowance.cpus, (std::vector<int>{2, 3, 18}));
  EXPECT_EQ(machine.allowance.cgroup, "v2");
  EXPECT_EQ(machine.allowance.memory_limit_bytes, 4 * gib);
  EXPECT_EQ(machine.environment.memory_available_bytes, 3 * gib);  // 4 - (1.5 - 0.5)
  EXPECT_EQ(machine.environment.cpu_quota_note,
            "50000 us of CPU time in every 100000 us (cgroup v2)");
  EXPECT_EQ(machine.environment.container, true);
}

TEST(Discover, GapsInCpuNumbersAndNodesWithoutMemorySurvive) {
  const Machine machine = discover(recorded("container-v2"));
  EXPECT_EQ(machine.cpu.cores, 8);
  EXPECT_EQ(machine.cpu.threads, 16);
  EXPECT_EQ(machine.cpu.numa_nodes, 2);
  EXPECT_EQ(machine.cpu.smt, true);
  EXPECT_EQ(machine.cpu.cache(3)->instances, 2);
  EXPECT_EQ(machine.cpu.cache(3)->cores_sharing, 4);
  EXPECT_EQ(machine.board, "Dell Inc. PowerEdge R450");
  EXPECT_EQ(machine.class_, "intel-xeon-silver-4309y-8c-63g");
  EXPECT_EQ(machine.environment.governor, "powersave");
  EXPECT_EQ(machine.environment.turbo, "on");
  EXPECT_EQ(machine.environment.huge_pages, "never");
  EXPECT_EQ(machine.environment.hypervisor, "none");  // no such flag
  EXPECT_EQ(machine.environment.load_1m, 3.70);
  EXPECT_EQ(machine.environment.pressure_cpu_some_avg10, 38.25);
}

TEST(Discover, AQuotaOfOneAndAHalfCpusAllowsTwoThreads) {
  const Machine machine = discover(recorded("container-v1"));
  EXPECT_EQ(machine.allowance.cgroup, "v1");
  EXPECT_EQ(machine.allowance.quota_cpus, 1.5);
  EXPECT_EQ(machine.allowance.max_threads, 2);
  EXPECT_EQ(machine.allowance.memory_limit_bytes, 8 * gib);
  EXPECT_EQ(machine.environment.memory_available_bytes, 7 * gib);
}

TEST(Discover, AQuotaAboveTheAllowedCpusAddsNoThreads) {
  const FakeMachine fake("container-v1");
  fake.put("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "6400000\n");
  EXPECT_EQ(discover(fake.sources()).allowance.max_threads, 2);
}

TEST(Discover, ReadsAnArmBoardWithCpusSwitchedOff) {
  const Machine machine = discover(recorded("jetson-orin"));
  EXPECT_EQ(machine.cpu.architecture, "aarch64");
  EXPECT_EQ(machine.cpu.vendor, "Arm");
  EXPECT_EQ(machine.cpu.implementer, 0x41);
  EXPECT_EQ(machine.cpu.part, 0xd42);
  EXPECT_EQ(machine.cpu.variant_part, 0);
  EXPECT_EQ(machine.cpu.family, std::nullopt);
  EXPECT_EQ(machine.cpu.cores, 8);
  EXPECT_EQ(machine.cpu.cache(3)->instances, 2);
  EXPECT_EQ(machine.cpu.isas,
            (std::vector<std::string>{"scalar", "neon", "neon_fp16", "neon_dot"}));
  EXPECT_EQ(machine.board, "NVIDIA Jetson AGX Orin Developer Kit");
  EXPECT_EQ(machine.class_, "nvidia-jetson-agx-orin-developer-kit-8c-62g");
  EXPECT_EQ(machine.environment.governor, "schedutil");
  EXPECT_EQ(machine.environment.hypervisor, "none");
  EXPECT_EQ(machine.environment.container, false);
  EXPECT_EQ(machine.allowance.cgroup, "v2");
  EXPECT_EQ(machine.allowance.max_threads, 8);
}

TEST(Discover, ArmIdentityComesFromCpuinfoWhereTheRegistersAreHidden) {
  const FakeMachine fake("jetson-orin");
  fake.remove("/sys/devices/system/cpu/cpu0/regs");
  for (int cpu = 1; cpu < 8; ++cpu) {
    fake.remove("/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/regs");
  }
  const Machine machine = discover(fake.sources());
  EXPECT_EQ(machine.cpu.implementer, 0x41);
  EXPECT_EQ(machine.cpu.part, 0xd42);
  EXPECT_EQ(machine.id, discover(recorded("jetson-orin")).id);
}

TEST(Discover, WhatCoresDisagreeOnIsUnknown) {
  const FakeMachine fake("jetson-orin");
  fake.put("/sys/devices/system/cpu/cpu7/regs/identification/midr_el1", "0x00000000411fd461\n");
  const Machine machine = discover(fake.sources());
  EXPECT_EQ(machine.cpu.implementer, 0x41);
  EXPECT_EQ(machine.cpu.part, std::nullopt);  // A78AE and A510: no one micro-architecture
}

TEST(Discover, AnInstructionSetCountsOnlyIfEveryCpuHasIt) {
  const FakeMachine fake("vm-epyc-2c");
  std::ifstream in(fake.at("/proc/cpuinfo"));
  std::string text{std::istreambuf_iterator<char>(in), {}};
  text.erase(text.rfind(" avx512vl"), 9);  // of the last CPU
  fake.put("/proc/cpuinfo", text);
  EXPECT_TRUE(discover(fake.sources()).has_isa("avx2"));
  EXPECT_FALSE(discover(fake.sources()).has_isa("avx512"));
  EXPECT_FALSE(discover(fake.sources()).has_isa("avx512_vnni"));
}

TEST(Discover, AnInstructionSetCountsOnlyIfTheCpuHasAllItsCodeMayHold) {
  for (const std::string word : {" avx2", " fma"}) {  // AVX-512 code is compiled with both
    const FakeMachine fake("vm-epyc-2c");
    std::ifstream in(fake.at("/proc/cpuinfo"));
    std::string text{std::istreambuf_iterator<char>(in), {}};
    const std::size_t at = text.find(word + " ");
    ASSERT_NE(at, std::string::npos) << word;
    text.erase(at, word.size());
    fake.put("/proc/cpuinfo", text);
    const Machine machine = discover(fake.sources());
    EXPECT_TRUE(machine.has_isa("sse2")) << word;
    EXPECT_FALSE(machine.has_isa("avx2")) << word;
    EXPECT_FALSE(machine.has_isa("avx512")) << word;
  }
}

TEST(Discover, GarbageIsUnknownAndDoesNotCrash) {
  const Machine machine = discover(recorded("hostile"));
  EXPECT_EQ(machine.cpu.threads, 2);  // from /sys/devices/system/cpu/online
  EXPECT_EQ(machine.cpu.cores, 0);
  EXPECT_EQ(machine.cpu.smt, std::nullopt);
  EXPECT_EQ(machine.cpu.family, std::nullopt);
  EXPECT_EQ(machine.cpu.model_number, std::nullopt);
  EXPECT_TRUE(machine.cpu.isas.empty());
  EXPECT_TRUE(machine.cpu.caches.empty());
  EXPECT_EQ(machine.memory_bytes, std::nullopt);
  EXPECT_EQ(machine.environment.memory_available_bytes, std::nullopt);
  EXPECT_EQ(machine.environment.load_1m, std::nullopt);
  EXPECT_EQ(machine.environment.pressure_cpu_some_avg10, std::nullopt);
  EXPECT_EQ(machine.environment.huge_pages, std::nullopt);
  EXPECT_EQ(machine.environment.hypervisor, std::nullopt);
  EXPECT_EQ(machine.allowance.cgroup, "unknown");
  EXPECT_EQ(machine.allowance.max_threads, 2);
  EXPECT_EQ(machine.board, std::nullopt);
  EXPECT_EQ(machine.environment.os, "?]0;owned?");
}

TEST(Discover, AMachineWithoutFilesIsRefused) {
  const FakeMachine fake;
  try {
    discover(fake.sources());
    FAIL() << "found CPUs where there are no files";
  } catch (const MeasurementError& error) {
    EXPECT_EQ(std::string(error.what()).find("cannot tell how many CPUs"), 0u) << error.what();
  }
}

TEST(Discover, UnreadableFilesAreUnknown) {
  const FakeMachine fake("container-v2");
  for (const char* path : {"/proc/loadavg", "/proc/pressure", "/proc/meminfo", "/etc/os-release",
                           "/sys/kernel/mm/transparent_hugepage", "/proc/self/ns", "/.dockerenv",
                           "/proc/sys", "/sys/class/dmi", "/sys/devices/system/cpu/intel_pstate",
                           "/proc/self/cgroup", "/proc/self/status"}) {
    fake.remove(path);
  }
  const Machine machine = discover(fake.sources());
  EXPECT_EQ(machine.environment.load_1m, std::nullopt);
  EXPECT_EQ(machine.environment.pressure_cpu_some_avg10, std::nullopt);
  EXPECT_EQ(machine.environment.memory_available_bytes, std::nullopt);
  EXPECT_EQ(machine.memory_bytes, std::nullopt);
  EXPECT_EQ(machine.environment.os, std::nullopt);
  EXPECT_EQ(machine.environment.kernel, std::nullopt);
  EXPECT_EQ(machine.environment.huge_pages, std::nullopt);
  EXPECT_EQ(machine.environment.container, std::nullopt);
  EXPECT_EQ(machine.environment.turbo, std::nullopt);
  EXPECT_EQ(machine.board, std::nullopt);
  EXPECT_EQ(machine.allowance.cgroup, "unknown");
  EXPECT_EQ(machine.allowance.cpus.size(), 16u);
}

TEST(Discover, SourcesThatContradictOneAnotherLeaveOneCpu) {
  const FakeMachine fake("container-v2");
  fake.put("/proc/self/status", "Cpus_allowed_list:\t900\n");
  const Machine machine = discover(fake.sources());
  EXPECT_EQ(machine.allowance.cpus, std::vector<int>{0});
  EXPECT_EQ(machine.allowance.max_threads, 1);
}

TEST(Discover, OnTheRealMachineTheThreadsAffinityLimitsTheThreads) {
  const Machine all = discover();
  ASSERT_FALSE(all.allowance.cpus.empty());
  const AffinityGuard guard;
  bind_this_thread(all.allowance.cpus.back());
  const Machine one = discover();
  EXPECT_EQ(one.allowance.cpus, std::vector<int>{all.allowance.cpus.back()});
  EXPECT_EQ(one.allowance.max_threads, 1);
  EXPECT_EQ(one.cpu, all.cpu);
  EXPECT_EQ(one.id, all.id);
}

TEST(Allowance, OneHardwareThreadPerCoreComesFirst) {
  Topology topology;
  topology.cores = {{0, 4}, {1, 5}, {2, 6}, {3, 7}};
  EXPECT_EQ(one_per_core_first(topology, {0, 1, 2, 3, 4, 5, 6, 7}),
            (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7}));
  topology.cores = {{0, 1}, {2, 3}};
  EXPECT_EQ(one_per_core_first(topology, {0, 1, 2, 3}), (std::vector<int>{0, 2, 1, 3}));
  EXPECT_EQ(one_per_core_first(topology, {1, 2, 3}), (std::vector<int>{1, 2, 3}));
}

}  // namespace
}  // namespace roofmark
