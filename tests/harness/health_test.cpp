// Load, steal, temperature and throttle counters of recorded machines.
#include <gtest/gtest.h>

#include "harness/machine.h"
#include "tests/harness/recorded.h"

namespace roofmark {
namespace {

TEST(Health, ABoardsSensorsAndThrottleCountersAreRead) {
  const Health health = read_health(recorded("jetson-orin"));
  EXPECT_EQ(health.load_1m, 0.12);
  EXPECT_EQ(health.temperature_c,
            48.812);  // tj; the GPU's zone and the unreadable one do not count
  EXPECT_EQ(health.throttle_events, 27393);  // 0 + 3 + 27390
  EXPECT_EQ(health.steal_s, 0.0);
  EXPECT_EQ(health.pressure_cpu_some_avg10, std::nullopt);
}

TEST(Health, IntelsThrottleCountersAreSummedOverCpus) {
  const FakeMachine machine("container-v2");
  machine.put("/sys/devices/system/cpu/cpu2/thermal_throttle/core_throttle_count", "4\n");
  machine.put("/sys/devices/system/cpu/cpu3/thermal_throttle/core_throttle_count", "5\n");
  EXPECT_EQ(read_health(machine.sources()).throttle_events, 9);
}

TEST(Health, AVirtualMachineHasStealAndNoSensors) {
  const FakeMachine machine("vm-epyc-2c");
  machine.put("/proc/stat",
              "cpu  1 2 3 4 5 6 7 250 0 0\ncpu0 1 2 3 4 5 6 7 200 0 0\n"
              "cpu1 1 2 3 4 5 6 7 50 0 0\nintr 1 2 3\n");
  const Health health = read_health(machine.sources());
  EXPECT_EQ(health.steal_s, 2.5);
  EXPECT_EQ(health.temperature_c, std::nullopt);
  EXPECT_EQ(health.throttle_events, std::nullopt);
  EXPECT_EQ(stolen_s(machine.sources(), {0}), 2.0);
  EXPECT_EQ(stolen_s(machine.sources(), {0, 1}), 2.5);
  EXPECT_EQ(stolen_s(machine.sources(), {0, 7}), std::nullopt);
}

TEST(Health, GarbageIsUnknown) {
  const Health health = read_health(recorded("hostile"));
  EXPECT_EQ(health.load_1m, std::nullopt);
  EXPECT_EQ(health.steal_s, std::nullopt);
  EXPECT_EQ(health.temperature_c, std::nullopt);
  EXPECT_EQ(health.pressure_cpu_some_avg10, std::nullopt);
  EXPECT_EQ(stolen_s(recorded("hostile"), {0}), std::nullopt);
}

TEST(Health, TheRealMachineAnswers) {
  const Machine machine = discover();
  EXPECT_TRUE(read_health().load_1m.has_value());
  EXPECT_TRUE(stolen_s({}, machine.allowance.cpus).has_value());
}

}  // namespace
}  // namespace roofmark
