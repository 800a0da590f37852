// Which of the allowed CPUs a probe of one kind of core, or of one NUMA node, may run on.
#include "core/machine.h"

#include <gtest/gtest.h>

namespace roofmark {
namespace {

/// Two cores of two hardware threads (0-3) and four of one (4-7), in two nodes; CPU 7 not allowed.
Machine hybrid() {
  Machine machine;
  machine.cpu.kinds = {{.name = "p", .cpus = {0, 1, 2, 3}, .cores = 2},
                       {.name = "e", .cpus = {4, 5, 6, 7}, .cores = 4}};
  machine.cpu.nodes = {{0, {0, 1, 4, 5}, 1}, {1, {2, 3, 6, 7}, 1}, {2, {}, 1}};
  machine.allowance.cpus = {0, 2, 4, 5, 6, 1, 3};
  machine.allowance.cores = 5;
  return machine;
}

TEST(MachineCpus, OfAKindAreTheAllowedOnesOnePerCoreFirst) {
  EXPECT_EQ(hybrid().cpus_of("p"), (std::vector<int>{0, 2, 1, 3}));
  EXPECT_EQ(hybrid().cpus_of("e"), (std::vector<int>{4, 5, 6}));
  EXPECT_TRUE(hybrid().cpus_of("x").empty());
}

TEST(MachineCpus, OfANodeAreThoseNextToIt) {
  EXPECT_EQ(hybrid().cpus_of("", 1), (std::vector<int>{2, 6, 3}));
  EXPECT_EQ(hybrid().cpus_of("e", 1), std::vector<int>{6});
  EXPECT_TRUE(hybrid().cpus_of("", 2).empty());  // memory alone
  EXPECT_TRUE(hybrid().cpus_of("", 3).empty());  // no such node
}

TEST(MachineCpus, NoKindAndNoNodeMeansAllThatAreAllowed) {
  EXPECT_EQ(hybrid().cpus_of(""), hybrid().allowance.cpus);
  Machine alike = hybrid();
  alike.cpu.kinds.clear();
  EXPECT_EQ(alike.cpus_of("", 0), (std::vector<int>{0, 4, 5, 1}));
}

TEST(MachineCpus, HardwareThreadsOfOneCoreAreOneCore) {
  EXPECT_EQ(hybrid().cores_among(hybrid().cpus_of("p")), 2);
  EXPECT_EQ(hybrid().cores_among(hybrid().cpus_of("")), 5);
  EXPECT_EQ(hybrid().cores_among({}), 0);
  Machine unknown = hybrid();
  unknown.allowance.cores = 0;
  EXPECT_EQ(unknown.cores_among({0, 1, 2}), 0);
}

}  // namespace
}  // namespace roofmark
