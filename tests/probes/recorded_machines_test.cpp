// What the probes plan on recorded machines: on which CPUs their threads run, and next to which
// memory.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/plan.h"
#include "harness/machine.h"
#include "probes/registry.h"

namespace roofmark {
namespace {

Machine recorded(const std::string& name) {
  const std::filesystem::path folder =
      std::filesystem::path(ROOFMARK_TEST_DATA) / "machines" / name;
  return discover({folder / "root", folder / "topology.xml"});
}

/// The rows of every probe on 1, 2, 4, ... threads, whether this program was built for them or not.
std::vector<Case> planned(const Machine& machine, const std::string& preset) {
  static const std::vector<Kernel> probes = all_probes();
  Policy policy;
  policy.preset = preset;
  policy.devices = {"cpu"};
  for (int threads = 1; threads < machine.allowance.max_threads; threads *= 2) {
    policy.threads.push_back(threads);
  }
  policy.threads.push_back(machine.allowance.max_threads);
  std::vector<Case> cases;
  for (const PlannedCase& one : plan(probes, machine, {}, policy).cases) cases.push_back(one.what);
  return cases;
}

bool all_among(const std::vector<int>& some, const std::vector<int>& all) {
  return std::all_of(some.begin(), some.end(),
                     [&](int cpu) { return std::find(all.begin(), all.end(), cpu) != all.end(); });
}

constexpr const char* machines[] = {"epyc-9554-2s", "i9-13900k",    "graviton3",  "raspberry-pi-5",
                                    "jetson-orin",  "container-v2", "vm-epyc-2c", "hostile"};

/// f(machine, case) of every row of every machine under every preset.
template <class F>
void for_each_row(F f) {
  for (const char* name : machines) {
    const Machine machine = recorded(name);
    for (const char* preset : {"quick", "standard", "thorough"}) {
      for (const Case& what : planned(machine, preset)) {
        SCOPED_TRACE(std::string(name) + " " + preset + ": " + what.id());
        f(machine, what);
      }
    }
  }
}

TEST(PlannedProbes, RunOnCpusThatAreAllowedOneThreadEach) {
  for_each_row([](const Machine& machine, const Case& what) {
    if (what.cpus.empty()) return;
    EXPECT_EQ(static_cast<int>(what.cpus.size()), what.threads);
    EXPECT_EQ(std::set<int>(what.cpus.begin(), what.cpus.end()).size(), what.cpus.size());
    EXPECT_TRUE(all_among(what.cpus, machine.allowance.cpus));
  });
}

TEST(PlannedProbes, OfAKindOfCoreRunOnCoresOfThatKind) {
  for_each_row([](const Machine& machine, const Case& what) {
    if (what.conditions.cores.empty()) return;
    EXPECT_FALSE(machine.cpu.kinds.empty());
    if (!what.reason.empty()) return;
    EXPECT_FALSE(what.cpus.empty());
    EXPECT_TRUE(all_among(what.cpus, machine.cpus_of(what.conditions.cores)));
  });
}

TEST(PlannedProbes, OfANodeRunThereAndUseItsMemoryOrThatOfTheNodeNamed) {
  for_each_row([](const Machine& machine, const Case& what) {
    const std::string& node = what.conditions.node;
    if (node.empty()) return;
    EXPECT_GT(machine.cpu.nodes.size(), 1u);
    if (!what.reason.empty()) return;
    const std::size_t colon = node.find(':');
    EXPECT_FALSE(what.cpus.empty());
    EXPECT_TRUE(all_among(what.cpus, machine.cpus_of("", std::stoi(node))));
    EXPECT_EQ(what.memory_node,
              std::stoi(colon == std::string::npos ? node : node.substr(colon + 1)));
  });
}

}  // namespace
}  // namespace roofmark
