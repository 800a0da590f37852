// What the probes plan on recorded machines: on which CPUs their threads run, and next to which
// memory.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/plan.h"
#include "probes/registry.h"
#include "tests/harness/recorded.h"

namespace roofmark {
namespace {

/// The rows of every probe on one thread and on all, whether this program was built for the machine
/// or not.
std::vector<Case> planned(const Machine& machine, const std::string& preset) {
  static const std::vector<Kernel> probes = all_probes();
  Policy policy;
  policy.preset = preset;
  policy.devices = {"cpu"};
  policy.threads = {1, machine.allowance.max_threads};
  std::vector<Case> cases;
  for (const PlannedCase& one : plan(probes, machine, {}, policy).cases) cases.push_back(one.what);
  return cases;
}

/// Threads and place of the rows of a variant that can run: {8, "p"}.
using Rows = std::set<std::pair<int, std::string>>;

Rows rows_of(const Machine& machine, const std::string& kernel, const std::string& variant,
             const std::string& level, std::string Conditions::*place) {
  Rows rows;
  for (const Case& what : planned(machine, "standard")) {
    if (what.kernel->name != kernel || what.variant->name != variant || !what.reason.empty())
      continue;
    if (what.conditions.level == level) rows.insert({what.threads, what.conditions.*place});
  }
  return rows;
}

bool contains(const Rows& all, const Rows& some) {
  return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

/// Whether this program can have rows that run on an x86 machine.
bool for_x86() { return discover().cpu.architecture == "x86_64"; }

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
    const Machine machine = discover(recorded(name));
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

TEST(PlannedProbes, EachKindOfCoreHasRatesOfOneCoreAndOfAllOfThem) {
  if (!for_x86()) GTEST_SKIP() << "the hybrid machine is of another architecture";
  const Machine machine = discover(recorded("i9-13900k"));
  for (const char* isa : {"sse2", "avx2"}) {
    const Rows rows = rows_of(machine, "fma", isa, "", &Conditions::cores);
    EXPECT_EQ(rows, (Rows{{1, ""}, {32, ""}, {1, "p"}, {8, "p"}, {1, "e"}, {16, "e"}})) << isa;
  }
  EXPECT_TRUE(contains(rows_of(machine, "read", "avx2", "l1", &Conditions::cores),
                       {{1, "p"}, {8, "p"}, {1, "e"}, {16, "e"}}));
}

TEST(PlannedProbes, OfAKindOfCoreThatIsNotAllowedAreNone) {
  const FakeMachine fake("i9-13900k");
  fake.put("/proc/self/status", "Cpus_allowed_list:\t16-31\n");
  const Machine machine = discover(fake.sources());
  for (const char* preset : {"quick", "standard", "thorough"}) {
    for (const Case& what : planned(machine, preset)) {
      EXPECT_NE(what.conditions.cores, "p") << what.id();
      EXPECT_GE(what.threads, 1) << what.id();
    }
  }
}

TEST(PlannedProbes, MemoryIsReadOnEachNodeAndFromTheOther) {
  if (!for_x86()) GTEST_SKIP() << "the machine with two nodes is of another architecture";
  const Rows rows =
      rows_of(discover(recorded("epyc-9554-2s")), "read", "avx512", "dram", &Conditions::node);
  EXPECT_TRUE(contains(rows, {{64, "0"}, {64, "1"}, {64, "0:1"}}));
}

TEST(PlannedProbes, TheThreadsThatReadMemoryBestAreSoughtAmongAllCounts) {
  if (!for_x86()) GTEST_SKIP() << "the machine with many cores is of another architecture";
  const Rows rows =
      rows_of(discover(recorded("epyc-9554-2s")), "read", "avx512", "dram", &Conditions::node);
  EXPECT_TRUE(contains(
      rows,
      {{1, ""}, {2, ""}, {4, ""}, {8, ""}, {16, ""}, {32, ""}, {64, ""}, {128, ""}, {256, ""}}));
}

}  // namespace
}  // namespace roofmark
