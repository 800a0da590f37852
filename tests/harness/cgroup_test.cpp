// The tightest of a process's control groups counts, whichever version holds it.
#include "harness/cgroup.h"

#include <gtest/gtest.h>

#include "tests/harness/recorded.h"

namespace roofmark {
namespace {

const std::string v2_mount =
    "30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";

CgroupLimits limits_of(const FakeMachine& machine) {
  return cgroup_limits(ProcFiles(machine.root()));
}

/// /a/b/c below a version-2 mount, without any limit.
void nest(const FakeMachine& machine) {
  machine.put("/proc/self/cgroup", "0::/a/b/c\n");
  machine.put("/proc/self/mountinfo", v2_mount);
  for (const char* group : {"/a", "/a/b", "/a/b/c"}) {
    machine.put(std::string("/sys/fs/cgroup") + group + "/cpu.max", "max 100000\n");
    machine.put(std::string("/sys/fs/cgroup") + group + "/memory.max", "max\n");
  }
}

TEST(Cgroup, WithoutLimitsThereAreNone) {
  const FakeMachine machine;
  nest(machine);
  const CgroupLimits limits = limits_of(machine);
  EXPECT_EQ(limits.version, "v2");
  EXPECT_EQ(limits.quota_cpus, std::nullopt);
  EXPECT_EQ(limits.quota_note, "");
  EXPECT_EQ(limits.memory_limit_bytes, std::nullopt);
  EXPECT_EQ(limits.cpus, std::nullopt);
}

TEST(Cgroup, TheTightestQuotaOfAllLevelsHolds) {
  const FakeMachine machine;
  nest(machine);
  machine.put("/sys/fs/cgroup/a/cpu.max", "300000 100000\n");
  machine.put("/sys/fs/cgroup/a/b/cpu.max", "75000 50000\n");
  machine.put("/sys/fs/cgroup/a/b/c/cpu.max", "400000 100000\n");
  const CgroupLimits limits = limits_of(machine);
  EXPECT_EQ(limits.quota_cpus, 1.5);
  EXPECT_EQ(limits.quota_note, "75000 us of CPU time in every 50000 us (cgroup v2)");
}

TEST(Cgroup, MemoryLeftIsTheLeastOverAllLevels) {
  const FakeMachine machine;
  nest(machine);
  machine.put("/sys/fs/cgroup/a/memory.max", "8000\n");
  machine.put("/sys/fs/cgroup/a/memory.current", "7500\n");
  machine.put("/sys/fs/cgroup/a/memory.stat", "inactive_file 500\n");
  machine.put("/sys/fs/cgroup/a/b/c/memory.max", "4000\n");
  machine.put("/sys/fs/cgroup/a/b/c/memory.current", "1000\n");
  const CgroupLimits limits = limits_of(machine);
  EXPECT_EQ(limits.memory_limit_bytes, 4000);
  EXPECT_EQ(limits.memory_left_bytes, 1000);  // 8000 - (7500 - 500), not 4000 - 1000
}

TEST(Cgroup, MemoryHighIsALimitToo) {
  const FakeMachine machine;
  nest(machine);
  machine.put("/sys/fs/cgroup/a/b/c/memory.max", "4000\n");
  machine.put("/sys/fs/cgroup/a/b/c/memory.high", "3000\n");
  EXPECT_EQ(limits_of(machine).memory_limit_bytes, 3000);
}

TEST(Cgroup, CpusetsOfAllLevelsAreIntersected) {
  const FakeMachine machine;
  nest(machine);
  machine.put("/sys/fs/cgroup/a/cpuset.cpus.effective", "0-3\n");
  machine.put("/sys/fs/cgroup/a/b/cpuset.cpus.effective", "\n");
  machine.put("/sys/fs/cgroup/a/b/c/cpuset.cpus.effective", "2-7\n");
  EXPECT_EQ(limits_of(machine).cpus, (std::vector<int>{2, 3}));
}

TEST(Cgroup, ANamespacedContainerSeesItsOwnGroupAtTheMountPoint) {
  const FakeMachine machine;
  machine.put("/proc/self/cgroup", "0::/\n");
  machine.put("/proc/self/mountinfo", v2_mount);
  machine.put("/sys/fs/cgroup/cpu.max", "50000 100000\n");
  EXPECT_EQ(limits_of(machine).quota_cpus, 0.5);
}

TEST(Cgroup, AHostsPathIsFoundBelowTheMountsRoot) {
  const FakeMachine machine;
  machine.put("/proc/self/cgroup", "4:cpu,cpuacct:/docker/abc/inner\n");
  machine.put(
      "/proc/self/mountinfo",
      "70 69 0:30 /docker/abc /sys/fs/cgroup/cpu\\040x ro - cgroup cgroup rw,cpu,cpuacct\n");
  machine.put("/sys/fs/cgroup/cpu x/cpu.cfs_quota_us", "-1\n");
  machine.put("/sys/fs/cgroup/cpu x/inner/cpu.cfs_quota_us", "20000\n");
  machine.put("/sys/fs/cgroup/cpu x/inner/cpu.cfs_period_us", "10000\n");
  const CgroupLimits limits = limits_of(machine);
  EXPECT_EQ(limits.version, "v1");
  EXPECT_EQ(limits.quota_cpus, 2.0);
}

TEST(Cgroup, WithBothVersionsTheOneThatHoldsTheControllerCounts) {
  const CgroupLimits limits = cgroup_limits(ProcFiles(recorded("vm-epyc-2c").root));
  EXPECT_EQ(limits.version, "v1");
  EXPECT_EQ(limits.quota_cpus, std::nullopt);
  EXPECT_EQ(limits.memory_limit_bytes, std::nullopt);  // version 1's largest number is no limit
  EXPECT_EQ(limits.cpus, (std::vector<int>{0, 1}));
}

TEST(Cgroup, AMalformedOrUnmountedQuotaIsUnknownNotAbsent) {
  const FakeMachine machine;
  EXPECT_EQ(limits_of(machine).version, "unknown");  // no /proc/self/cgroup
  nest(machine);
  for (const char* text : {"", "-5 100000", "5 0", "5", "x y", "5 5 5"}) {
    machine.put("/sys/fs/cgroup/a/cpu.max", text);
    const CgroupLimits limits = limits_of(machine);
    EXPECT_EQ(limits.version, "unknown") << text;
    EXPECT_EQ(limits.quota_cpus, std::nullopt) << text;
  }
  machine.remove("/sys/fs/cgroup");
  EXPECT_EQ(limits_of(machine).version, "unknown");
}

TEST(Cgroup, AKernelWithoutGroupsHasNone) {
  const FakeMachine machine;
  machine.put("/proc/self/cgroup", "");
  EXPECT_EQ(limits_of(machine).version, "none");
}

TEST(Cgroup, APathOutOfTheNamespaceIsNotFollowed) {
  const FakeMachine machine;
  machine.put("/proc/self/cgroup", "0::/../../secret\n");
  machine.put("/proc/self/mountinfo", v2_mount);
  machine.put("/sys/fs/cgroup/cpu.max", "50000 100000\n");
  machine.put("/sys/secret/cpu.max", "10000 100000\n");
  EXPECT_EQ(limits_of(machine).quota_cpus, 0.5);
}

}  // namespace
}  // namespace roofmark
