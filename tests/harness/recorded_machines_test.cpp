// What is found out about machines with several nodes, kinds of core, page sizes and vector
// lengths.
#include <gtest/gtest.h>

#include "tests/harness/recorded.h"

namespace roofmark {
namespace {

constexpr std::int64_t kib = 1024, mib = 1024 * kib, gib = 1024 * mib;

/// first, first + step, ...
std::vector<int> numbers(int first, int count, int step = 1) {
  std::vector<int> all(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) all[static_cast<std::size_t>(i)] = first + i * step;
  return all;
}

std::vector<int> joined(std::vector<int> a, const std::vector<int>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(RecordedMachines, EachSocketOfAnEpycIsANodeWithItsMemoryAndBothThreadsOfItsCores) {
  const Machine machine = discover(recorded("epyc-9554-2s"));
  EXPECT_EQ(machine.class_, "amd-epyc-9554-128c-768g");
  EXPECT_EQ(machine.cpu.packages, 2);
  EXPECT_EQ(machine.cpu.numa_nodes, 2);
  ASSERT_EQ(machine.cpu.nodes.size(), 2u);
  EXPECT_EQ(machine.cpu.nodes[0],
            (NumaNode{0, joined(numbers(0, 64), numbers(128, 64)), 384 * gib}));
  EXPECT_EQ(machine.cpu.nodes[1].id, 1);
  EXPECT_EQ(machine.cpu.nodes[1].cpus, joined(numbers(64, 64), numbers(192, 64)));
  EXPECT_TRUE(machine.cpu.kinds.empty());
  EXPECT_EQ(machine.cpu.caches.back(), (Cache{3, 32 * mib, 64, 16, 8}));
  EXPECT_EQ(machine.allowance.cores, 128);
  EXPECT_EQ(machine.cpus_of("", 1), machine.cpu.nodes[1].cpus);
  EXPECT_EQ(machine.cores_among(machine.cpus_of("", 1)), 64);
  for (const char* isa : {"avx512", "avx512_vnni", "avx512_bf16"})
    EXPECT_TRUE(machine.has_isa(isa)) << isa;
  for (const char* isa : {"avx512_fp16", "avx_vnni", "amx_int8"})
    EXPECT_FALSE(machine.has_isa(isa)) << isa;
}

TEST(RecordedMachines, AHybridCpusPCoresComeFirstAndTheirSecondThreadsLast) {
  const Machine machine = discover(recorded("i9-13900k"));
  EXPECT_EQ(machine.class_, "13th-gen-intel-core-i9-13900k-24c-64g");
  ASSERT_EQ(machine.cpu.kinds.size(), 2u);
  EXPECT_EQ(machine.cpu.kinds[0], (CoreKind{"p", numbers(0, 16), 8, {}, {}}));
  EXPECT_EQ(machine.cpu.kinds[1], (CoreKind{"e", numbers(16, 16), 16, {}, {}}));
  EXPECT_EQ(machine.allowance.cpus,
            joined(joined(numbers(0, 8, 2), numbers(16, 16)), numbers(1, 8, 2)));
  EXPECT_EQ(machine.allowance.cores, 24);
  EXPECT_EQ(machine.cpus_of("p"), joined(numbers(0, 8, 2), numbers(1, 8, 2)));
  EXPECT_EQ(machine.cpus_of("e"), numbers(16, 16));
  EXPECT_EQ(machine.cpu.isas,
            (std::vector<std::string>{"scalar", "sse2", "avx128", "avx2", "avx_vnni"}));
}

TEST(RecordedMachines, AnArmServersVectorLengthIsRead) {
  const Machine machine = discover(recorded("graviton3"));
  EXPECT_EQ(machine.class_, "amazon-ec2-c7g-metal-64c-127g");
  EXPECT_EQ(machine.cpu.part, 0xd40);
  EXPECT_EQ(machine.cpu.sve_bytes, 32);
  EXPECT_EQ(machine.cpu.cores, 64);
  EXPECT_TRUE(machine.cpu.kinds.empty());
  EXPECT_EQ(machine.cpu.isas,
            (std::vector<std::string>{"scalar", "neon", "neon_fp16", "neon_fhm", "neon_dot",
                                      "neon_bf16", "neon_i8mm", "sve", "sve_bf16", "sve_i8mm"}));
}

TEST(RecordedMachines, PagesOfSixteenKibibytesAreCountedAsSuch) {
  const Machine machine = discover(recorded("raspberry-pi-5"));
  EXPECT_EQ(machine.class_, "raspberry-pi-5-model-b-rev-1-0-4c-8g");  // 523776 pages
  EXPECT_EQ(machine.cpu.part, 0xd0b);
  EXPECT_EQ(machine.cpu.sve_bytes, std::nullopt);
  EXPECT_EQ(machine.cpu.caches,
            (std::vector<Cache>{
                {1, 64 * kib, 64, 4, 1}, {2, 512 * kib, 64, 4, 1}, {3, 2 * mib, 64, 1, 4}}));
  EXPECT_EQ(machine.cpu.isas,
            (std::vector<std::string>{"scalar", "neon", "neon_fp16", "neon_dot"}));
  EXPECT_EQ(machine.environment.governor, "ondemand");
}

TEST(RecordedMachines, AModuleWithAClusterSwitchedOffHasCoresOfOneKind) {
  const Machine machine = discover(recorded("jetson-orin"));
  EXPECT_TRUE(machine.cpu.kinds.empty());
  EXPECT_EQ(machine.cpus_of(""), numbers(0, 8));
  EXPECT_TRUE(machine.has_isa("neon_dot"));
  EXPECT_FALSE(machine.has_isa("neon_i8mm"));
}

TEST(CoreKinds, OfAHybridCpuAreToldByHwlocOrByTheCountersAlone) {
  const std::vector<CoreKind> kinds = discover(recorded("i9-13900k")).cpu.kinds;
  FakeMachine fake("i9-13900k");
  fake.remove("/sys/devices/cpu_core");
  EXPECT_EQ(discover(fake.sources()).cpu.kinds, kinds);
  fake.replace(*fake.sources().topology_xml, "CoreType", "Other");
  EXPECT_TRUE(discover(fake.sources()).cpu.kinds.empty());
  fake.put("/sys/devices/cpu_core/cpus", "0-15\n");
  EXPECT_EQ(discover(fake.sources()).cpu.kinds, kinds);
}

TEST(CoreKinds, OfArmAreItsPartsAndTheFastestComesFirst) {
  const FakeMachine fake("raspberry-pi-5");
  const std::string cpu = "/sys/devices/system/cpu/cpu";
  for (const int little : {0, 1}) {
    fake.put(cpu + std::to_string(little) + "/regs/identification/midr_el1",
             "0x00000000412fd050\n");
    fake.put(cpu + std::to_string(little) + "/cpu_capacity", "400\n");
  }
  for (const int big : {2, 3}) fake.put(cpu + std::to_string(big) + "/cpu_capacity", "1024\n");
  const Machine machine = discover(fake.sources());
  EXPECT_EQ(machine.cpu.kinds, (std::vector<CoreKind>{{"cortex-a76", {2, 3}, 2, 0x41, 0xd0b},
                                                      {"cortex-a55", {0, 1}, 2, 0x41, 0xd05}}));
  EXPECT_EQ(machine.allowance.cpus, (std::vector<int>{2, 3, 0, 1}));
  EXPECT_EQ(machine.cpus_of("cortex-a55"), (std::vector<int>{0, 1}));
}

TEST(CoreKinds, APartWithoutANameIsCalledByItsNumbers) {
  const FakeMachine fake("raspberry-pi-5");
  fake.put("/sys/devices/system/cpu/cpu3/regs/identification/midr_el1", "0x00000000410fdff0\n");
  const std::vector<CoreKind> kinds = discover(fake.sources()).cpu.kinds;
  ASSERT_EQ(kinds.size(), 2u);
  EXPECT_EQ(kinds[1].name, "41-dff");
}

TEST(CoreKinds, OfWhichOneAloneIsOnAreNone) {
  const FakeMachine fake("i9-13900k");
  fake.replace(*fake.sources().topology_xml, "CoreType", "Other");
  fake.put("/sys/devices/cpu_atom/cpus", "32-47\n");  // not there
  EXPECT_TRUE(discover(fake.sources()).cpu.kinds.empty());
}

TEST(CoreKinds, RevisionsOfOnePartAreAlike) {
  const FakeMachine fake("raspberry-pi-5");
  fake.put("/sys/devices/system/cpu/cpu3/regs/identification/midr_el1", "0x00000000414fd0b2\n");
  EXPECT_TRUE(discover(fake.sources()).cpu.kinds.empty());
}

TEST(NumaNodes, MemoryWithoutCpusOfItsOwnHasNone) {
  const FakeMachine fake("raspberry-pi-5");
  const std::filesystem::path xml = *fake.sources().topology_xml;
  // As hwloc tells it: next to the CPUs of node 0.
  fake.replace(
      xml, "</object>\n      <object type=\"L3Cache\"",
      "</object>\n      <object type=\"NUMANode\" os_index=\"1\" cpuset=\"0x0000000f\" "
      "complete_cpuset=\"0x0000000f\" nodeset=\"0x00000002\" complete_nodeset=\"0x00000002\" "
      "gp_index=\"900\" local_memory=\"1073741824\"/>\n      <object type=\"L3Cache\"");
  fake.replace(xml, "nodeset=\"0x00000001\" allowed_nodeset",
               "nodeset=\"0x00000003\" allowed_nodeset");
  const std::vector<NumaNode> nodes = discover(fake.sources()).cpu.nodes;
  ASSERT_EQ(nodes.size(), 2u);
  EXPECT_EQ(nodes[0].cpus, numbers(0, 4));
  EXPECT_EQ(nodes[1], (NumaNode{1, {}, gib}));
}

TEST(NumaNodes, CpusWithoutMemoryOfTheirOwnAreKept) {
  const std::vector<NumaNode> nodes = discover(recorded("container-v2")).cpu.nodes;
  ASSERT_EQ(nodes.size(), 2u);
  EXPECT_EQ(nodes[1], (NumaNode{1, {4, 5, 6, 7, 20, 21, 22, 23}, 0}));
}

TEST(NumaNodes, AreUnknownWithoutATopology) {
  EXPECT_TRUE(discover(recorded("hostile")).cpu.nodes.empty());
}

TEST(VectorLength, ThatNoProcessorHasIsUnknown) {
  const FakeMachine fake("graviton3");
  for (const char* length : {"0", "24", "512", "-32", "x"}) {
    fake.put("/proc/sys/abi/sve_default_vector_length", length);
    EXPECT_EQ(discover(fake.sources()).cpu.sve_bytes, std::nullopt) << length;
  }
}

}  // namespace
}  // namespace roofmark
