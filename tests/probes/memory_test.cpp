// Where the memory probes of a CPU run on machines of all kinds, and that a chase meets every line.
#include <gtest/gtest.h>

#include <set>

#include "probes/latency/chase_lines.h"
#include "probes/registry.h"
#include "tests/fake_device.h"

namespace roofmark {
namespace {

/// `cores` cores with two hardware threads each (n and n + cores), a cache level of each kind.
Machine machine_of(int cores) {
  Machine machine;
  machine.cpu.architecture = "x86_64";
  machine.cpu.isas = {"sse2", "neon"};
  machine.cpu.smt = true;
  machine.cpu.caches = {{.level = 1, .size_bytes = 32 << 10, .cores_sharing = 1},
                        {.level = 2, .size_bytes = 1 << 20, .cores_sharing = 1},
                        {.level = 3, .size_bytes = 32 << 20, .cores_sharing = 8}};
  for (int cpu = 0; cpu < 2 * cores; ++cpu) machine.allowance.cpus.push_back(cpu);
  machine.allowance.cores = cores;
  machine.allowance.max_threads = 2 * cores;
  machine.environment.memory_available_bytes = std::int64_t{1} << 40;
  return machine;
}

/// Two nodes with half of the cores each, and a third with memory alone.
Machine machine_with_nodes(int cores) {
  Machine machine = machine_of(cores);
  machine.cpu.nodes = {
      {.id = 0, .memory_bytes = 1}, {.id = 1, .memory_bytes = 1}, {.id = 2, .memory_bytes = 1}};
  for (int cpu = 0; cpu < 2 * cores; ++cpu) {
    machine.cpu.nodes[cpu % cores < cores / 2 ? 0 : 1].cpus.push_back(cpu);
  }
  return machine;
}

/// Every site of a probe, in the widest variant of `machine`.
std::vector<Site> sites_of(const Machine& machine, const std::string& probe, int threads) {
  std::vector<Site> all;
  for (const Kernel& kernel : all_probes()) {
    if (kernel.name != probe) continue;
    for (const Variant& variant : kernel.variants) {
      if (variant.device != "cpu") continue;
      if (!variant.needs.empty() && !machine.has_isa(variant.needs)) continue;
      for (Site& site : kernel.sites(machine, variant, threads)) all.push_back(std::move(site));
    }
  }
  return all;
}

/// "node cpus memory_node" of each placed site at memory.
std::set<std::string> placed_at_memory(const std::vector<Site>& sites) {
  std::set<std::string> all;
  for (const Site& site : sites) {
    if (site.conditions.node.empty() || site.conditions.level != "dram") continue;
    std::string text = site.conditions.node + " on";
    for (const int cpu : site.cpus) text += " " + std::to_string(cpu);
    all.insert(text + " from " + std::to_string(site.memory_node));
  }
  return all;
}

TEST(MemoryProbes, EachNodeReadsItsMemoryAndTheFirstEveryOthers) {
  const Machine machine = machine_with_nodes(4);
  const std::set<std::string> expected = {"0 on 0 1 from 0", "0:1 on 0 1 from 1",
                                          "0:2 on 0 1 from 2", "1 on 2 3 from 1"};
  EXPECT_EQ(placed_at_memory(sites_of(machine, "read", 1)), expected);
  EXPECT_EQ(placed_at_memory(sites_of(machine, "copy", 8)), expected);
  EXPECT_TRUE(placed_at_memory(sites_of(machine_of(4), "read", 1)).empty());
}

TEST(MemoryProbes, LatencyIsThatOfOneCoreOfEachNode) {
  EXPECT_EQ(placed_at_memory(sites_of(machine_with_nodes(4), "latency", 1)),
            (std::set<std::string>{"0 on 0 from 0", "0:1 on 0 from 1", "0:2 on 0 from 2",
                                   "1 on 2 from 1"}));
}

TEST(MemoryProbes, EachKindOfCoreHasRowsOfOneCoreAndOfAll) {
  Machine machine = machine_of(4);
  machine.cpu.kinds = {{.name = "p", .cpus = {0, 1, 4, 5}}, {.name = "e", .cpus = {2, 3, 6, 7}}};
  machine.cpu.caches.push_back({.level = 1, .size_bytes = 16 << 10, .cores_sharing = 1});
  std::set<std::string> seen;
  for (const Site& site : sites_of(machine, "read", 1)) {
    if (site.conditions.cores.empty()) continue;
    seen.insert(site.conditions.cores + " " + site.conditions.level + " " +
                std::to_string(site.cpus.front()) + " " + std::to_string(site.cpus.size()));
    if (site.conditions.level == "l1") {  // half of the smaller cache
      EXPECT_LE(site.shape.at("bytes"), static_cast<std::int64_t>(site.cpus.size()) * (8 << 10));
    }
  }
  EXPECT_EQ(seen, (std::set<std::string>{"p l1 0 1", "p l1 0 2", "p l2 0 1", "p l2 0 2",
                                         "p dram 0 1", "p dram 0 2", "e l1 2 1", "e l1 2 2",
                                         "e l2 2 1", "e l2 2 2", "e dram 2 1", "e dram 2 2"}));
}

std::set<std::pair<std::int64_t, std::int64_t>> pairs(const std::vector<Site>& sites) {
  std::set<std::pair<std::int64_t, std::int64_t>> all;
  for (const Site& site : sites) {
    EXPECT_EQ(site.cpus, (std::vector<int>{static_cast<int>(site.shape.at("a")),
                                           static_cast<int>(site.shape.at("b"))}));
    EXPECT_TRUE(all.insert({site.shape.at("a"), site.shape.at("b")}).second);
  }
  return all;
}

TEST(CoreToCore, FewCoresPassALineInEveryPairAndBetweenTheThreadsOfOne) {
  EXPECT_EQ(pairs(sites_of(machine_of(3), "core_to_core", 6)),
            (std::set<std::pair<std::int64_t, std::int64_t>>{{0, 1}, {0, 2}, {1, 2}, {0, 3}}));
  EXPECT_EQ(sites_of(machine_of(3), "core_to_core", 6).front().depth, Depth::standard);
  EXPECT_EQ(sites_of(machine_of(5), "core_to_core", 6).front().depth, Depth::thorough);
}

TEST(CoreToCore, OfManyCoresTheFirstOfEachNodePassesToAllOthers) {
  const auto all = pairs(sites_of(machine_with_nodes(32), "core_to_core", 64));
  EXPECT_EQ(all.size(), 31u + 30u + 1u);  // 0 to 1 ... 31, 16 to all but 0, 0 to its own thread
  EXPECT_TRUE(all.count({0, 31}) && all.count({16, 1}) && all.count({0, 32}));
}

TEST(CoreToCore, OneCpuSaysThatThereIsNoOther) {
  Machine machine = machine_of(1);
  machine.allowance.cpus = {0};
  const auto sites = sites_of(machine, "core_to_core", 1);
  ASSERT_EQ(sites.size(), 1u);
  EXPECT_NE(sites.front().reason.find("one CPU"), std::string::npos);
}

TEST(Sweep, SizesRiseFromBelowTheFirstLevelToWhereTheMemoryIs) {
  for (const int threads : {1, 8, 16}) {
    std::vector<std::int64_t> standard, thorough;
    for (const Site& site : sites_of(machine_of(8), "sweep", threads)) {
      EXPECT_EQ(site.reason, "");
      if (site.depth == Depth::standard) standard.push_back(site.shape.at("bytes"));
      thorough.push_back(site.shape.at("bytes"));
    }
    ASSERT_FALSE(thorough.empty());
    EXPECT_EQ(thorough.front(), threads * (4 << 10));
    EXPECT_GE(thorough.back(), 128 << 20);
    for (std::size_t i = 1; i < thorough.size(); ++i) {
      EXPECT_GT(thorough[i], thorough[i - 1]);
      EXPECT_LE(thorough[i], 1.34 * static_cast<double>(thorough[i - 1]));
    }
    for (std::size_t i = 1; i < standard.size(); ++i)
      EXPECT_LE(standard[i], standard[i - 1] * 8 / 5);
    EXPECT_LT(standard.size(), 0.6 * static_cast<double>(thorough.size()));
  }
  EXPECT_TRUE(sites_of(machine_of(8), "sweep", 4).empty());
}

TEST(LoadedLatency, OneCoreHasNobodyToLoadTheMemory) {
  Machine machine = machine_of(1);
  const auto sites = sites_of(machine, "loaded_latency", 1);
  ASSERT_EQ(sites.size(), 1u);
  EXPECT_NE(sites.front().reason.find("one core"), std::string::npos);
  EXPECT_GE(sites_of(machine_of(8), "loaded_latency", 8).size(), 6u);
  EXPECT_TRUE(sites_of(machine_of(8), "loaded_latency", 16).empty());  // on cores of its own
}

TEST(Chase, ARandomCycleMeetsEveryElementOnce) {
  for (const std::int64_t count : {1, 2, 3, 1000, 4099}) {
    const std::vector<std::uint32_t> next = random_cycle(count);
    std::set<std::uint32_t> met;
    std::uint32_t at = 0;
    for (std::int64_t i = 0; i < count; ++i, at = next[at]) met.insert(at);
    EXPECT_EQ(static_cast<std::int64_t>(met.size()), count);
    EXPECT_EQ(at, 0u);
  }
}

TEST(Chase, ACycleThatMissesLinesIsCaught) {
  FakeDevice device;
  const Kernel kernel{.name = "latency"};
  const Case what{.kernel = &kernel, .shape = {{"bytes", 64 * 1000}}};
  ChaseLines lines(what, device);
  EXPECT_TRUE(lines.is_cycle());
  EXPECT_TRUE(lines.lands(10 * chase_turn));
  void** second = static_cast<void**>(const_cast<void*>(chase(chase_turn, lines.first())));
  *second = const_cast<void*>(lines.first());  // back too early
  EXPECT_FALSE(lines.is_cycle());
  *second = second;  // for ever
  EXPECT_FALSE(lines.is_cycle());
}

}  // namespace
}  // namespace roofmark
