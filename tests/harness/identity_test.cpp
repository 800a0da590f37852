// A machine keeps its id while its environment changes, and loses it with its parts.
#include "harness/identity.h"

#include <gtest/gtest.h>

#include "tests/harness/recorded.h"

namespace roofmark {
namespace {

std::string id_of(const FakeMachine& machine) { return discover(machine.sources()).id; }

TEST(MachineIdentity, IsSixteenHexadecimalDigitsAndTheSameEveryTime) {
  const std::string id = discover(recorded("vm-epyc-2c")).id;
  EXPECT_EQ(id.size(), 16u);
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(discover(recorded("vm-epyc-2c")).id, id);
  EXPECT_NE(discover(recorded("jetson-orin")).id, id);
}

// Runs are kept under these, and compared by them.
TEST(MachineIdentity, OfRecordedMachinesNeverChanges) {
  for (const auto& [name, id] :
       {std::pair("vm-epyc-2c", "4f250479fc8b3fb2"), std::pair("container-v2", "53dd5b52f257c9ef"),
        std::pair("jetson-orin", "21db541a399859ac"), std::pair("hostile", "fe3f9241136b4984")}) {
    EXPECT_EQ(discover(recorded(name)).id, id) << name;
  }
}

TEST(MachineIdentity, SurvivesAnotherEnvironment) {
  const FakeMachine machine("container-v2");
  const std::string id = id_of(machine);
  machine.put("/proc/sys/kernel/osrelease", "9.9.9-other\n");
  machine.put("/etc/os-release", "PRETTY_NAME=\"Another OS\"\n");
  machine.put("/proc/loadavg", "99.0 1 1 1/1 1\n");
  machine.put("/proc/self/status", "Cpus_allowed_list:\t0\n");
  machine.put("/sys/fs/cgroup/build.slice/docker-ID.scope/cpu.max", "max 100000\n");
  machine.put("/sys/fs/cgroup/build.slice/docker-ID.scope/memory.max", "1000000\n");
  machine.put("/sys/devices/system/cpu/cpu2/cpufreq/scaling_governor", "performance\n");
  machine.put("/sys/devices/system/cpu/intel_pstate/no_turbo", "1\n");
  machine.put("/sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n");
  machine.replace(machine.at("/proc/cpuinfo"), "0xd0003f5", "0xd0009ff");
  machine.replace(machine.at("/proc/meminfo"), "65673412", "65673000");  // another kernel
  machine.remove("/.dockerenv");
  EXPECT_EQ(id_of(machine), id);
}

TEST(MachineIdentity, SurvivesAPowerModeThatSwitchesCpusOff) {
  const FakeMachine machine("jetson-orin");
  const std::string id = id_of(machine);
  machine.put("/sys/devices/system/cpu/online", "0-3\n");
  machine.remove("/sys/devices/system/cpu/cpu7/regs");
  EXPECT_EQ(id_of(machine), id);
}

TEST(MachineIdentity, MemoryIsCountedAsTheFirmwareLaidItOut) {
  const FakeMachine machine("vm-epyc-2c");
  const std::string id = id_of(machine);
  machine.replace(machine.at("/proc/meminfo"), "24684092", "23000000");  // the kernel keeps more
  EXPECT_EQ(id_of(machine), id);
  machine.replace(machine.at("/proc/zoneinfo"), "5505024", "11010048");  // 21 GiB more
  EXPECT_NE(id_of(machine), id);
}

TEST(MachineIdentity, ChangesWithMemoryCpuAndCaches) {
  const std::string id = discover(recorded("container-v2")).id;
  {
    const FakeMachine machine("container-v2");
    machine.replace(machine.at("/proc/meminfo"), "65673412", "131346824");
    EXPECT_NE(id_of(machine), id);
  }
  {
    const FakeMachine machine("container-v2");
    machine.replace(machine.at("/proc/cpuinfo"), "model\t\t: 106", "model\t\t: 143");
    EXPECT_NE(id_of(machine), id);
  }
  {
    const FakeMachine machine("container-v2");
    machine.replace(machine.sources().topology_xml.value(), "cache_size=\"6291456\"",
                    "cache_size=\"12582912\"");
    EXPECT_NE(id_of(machine), id);
  }
  {
    const FakeMachine machine("container-v2");
    machine.put("/sys/devices/system/cpu/present", "0-31\n");
    EXPECT_NE(id_of(machine), id);
  }
}

TEST(MachineIdentity, GpusCountByNameInAnyOrder) {
  MachineIdentity one;
  one.gpus = {{"NVIDIA A", "8.0", 108, 1, 1, false}, {"NVIDIA B", "9.0", 132, 1, 1, false}};
  MachineIdentity other = one;
  std::swap(other.gpus[0], other.gpus[1]);
  other.gpus[0].sms = 60;  // a power mode
  EXPECT_EQ(fingerprint(one), fingerprint(other));
  other.gpus.pop_back();
  EXPECT_NE(fingerprint(one), fingerprint(other));
}

TEST(MachineIdentity, MatchesTheHashAnybodyCanCompute) {
  // FNV-1a 128 of the text below, upper half; computed with Python integers.
  // "roofmark machine 1\nboard unknown\ncpu unknown\ncpus 0\nmemory 0\n"
  EXPECT_EQ(fingerprint({}), "9ffcd14e08647ae9");
}

TEST(MachineClass, NamesThePartWithoutItsTrademarks) {
  Machine machine;
  machine.cpu.cores = 96;
  machine.cpu.model = "AMD EPYC 9654 96-Core Processor";
  EXPECT_EQ(machine_class(machine, std::nullopt), "amd-epyc-9654-96c");
  machine.cpu.model = "Intel(R) Xeon(R) Platinum 8480+";
  machine.gpus = {{"NVIDIA H200", "9.0", 132, 1, 1, false},
                  {"NVIDIA H200", "9.0", 132, 1, 1, false}};
  EXPECT_EQ(machine_class(machine, std::int64_t{1} << 40),
            "intel-xeon-platinum-8480-96c-1024g-nvidia-h200");
}

TEST(MachineIdentity, IsTheSameForASliceOfAGpuAndForAnotherDriversName) {
  const auto id_with = [](const char* name) {
    MachineIdentity identity;
    identity.gpus = {{.name = name, .compute_capability = "9.0"}};
    return fingerprint(identity);
  };
  EXPECT_EQ(id_with("NVIDIA H100 80GB HBM3 MIG 1g.10gb"), id_with("NVIDIA H100 80GB HBM3"));
  EXPECT_EQ(id_with("Orin (nvgpu)"), id_with("Orin"));
  EXPECT_NE(id_with("NVIDIA H100 PCIe"), id_with("NVIDIA H100 80GB HBM3"));
  Machine machine;
  machine.cpu.cores = 4;
  machine.cpu.architecture = "x86_64";
  machine.gpus = {{.name = "NVIDIA H100 80GB HBM3 MIG 1g.10gb"}};
  EXPECT_EQ(machine_class(machine, std::nullopt), "x86-64-4c-nvidia-h100-80gb-hbm3");
}

TEST(MachineIdentity, IsTheSameHoweverAGpuAndABoardAreSet) {
  MachineIdentity identity;
  identity.gpus = {{.name = "Orin", .compute_capability = "8.7", .sms = 16}};
  const std::string id = fingerprint(identity);
  identity.gpus[0].sms = 8;
  identity.gpus[0].memory_bytes = 1;
  identity.gpus[0].setting = {.driver = "540.4.0", .ecc = true, .power_limit_w = 30};
  EXPECT_EQ(fingerprint(identity), id);
  const FakeMachine board("jetson-orin");
  const std::string before = id_of(board);
  board.put("/var/lib/nvpmodel/status", "pmode:0001\n");
  board.put("/etc/nvpmodel.conf", "< POWER_MODEL ID=1 NAME=MODE_15W >\n");
  board.put("/sys/class/devfreq/17000000.gpu/max_freq", "420750000\n");
  EXPECT_EQ(id_of(board), before);
}

TEST(MachineClass, AnUnnamedPartIsCalledByItsBoardOrItsNumbers) {
  Machine machine;
  machine.cpu.cores = 4;
  machine.cpu.model = "AMD EPYC";
  machine.cpu.family = 26;
  machine.cpu.model_number = 2;
  EXPECT_EQ(machine_class(machine, std::nullopt), "amd-epyc-f26-m2-4c");
  machine.cpu = {};
  machine.cpu.cores = 4;
  machine.cpu.vendor = "Arm";
  machine.cpu.part = 0xd0b;
  EXPECT_EQ(machine_class(machine, std::nullopt), "arm-d0b-4c");
  machine.board = "Raspberry Pi 5 Model B Rev 1.0";
  EXPECT_EQ(machine_class(machine, std::nullopt), "raspberry-pi-5-model-b-rev-1-0-4c");
}

}  // namespace
}  // namespace roofmark
