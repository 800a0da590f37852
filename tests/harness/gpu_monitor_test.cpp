// Which samples of a GPU are dropped, and what is recorded beside a row.
#include "harness/gpu_monitor.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/harness/recorded.h"
#include "tests/harness/recorded_gpu.h"

namespace roofmark {
namespace {

/// NVML whose answers a test writes.
class ScriptedNvml {
 public:
  ScriptedNvml()
      : file_(std::filesystem::path(::testing::TempDir()) /
              ("roofmark_nvml_script" + std::to_string(::getpid()))) {
    recorded_.answer_with(file_);
    say("0x0", 0);
  }
  ~ScriptedNvml() { std::filesystem::remove(file_); }

  void say(const std::string& events, long long thermal_ns) const {
    std::ofstream(file_) << "device " << recorded_.pci_bus_id() << "\nevents " << events
                         << "\nthermal_ns " << thermal_ns << "\n";
  }
  GpuMonitor monitor() const { return GpuMonitor(recorded_.pci_bus_id(), recorded_.sources()); }

 private:
  RecordedGpu recorded_{"rtx-4090"};
  std::filesystem::path file_;
};

TEST(GpuMonitor, AQuietGpuCountsNothing) {
  const ScriptedNvml nvml;
  GpuMonitor monitor = nvml.monitor();
  EXPECT_EQ(monitor.throttle_events(), 0);
  EXPECT_EQ(monitor.throttle_events(), 0);
}

TEST(GpuMonitor, ThePowerCapAloneIsNoDisturbance) {
  const ScriptedNvml nvml;
  GpuMonitor monitor = nvml.monitor();
  nvml.say("0x4", 0);
  EXPECT_EQ(monitor.throttle_events(), 0);
  nvml.say("0x7", 0);  // idle and a clock setting are none either
  EXPECT_EQ(monitor.throttle_events(), 0);
}

TEST(GpuMonitor, ASampleThatBeginsOrEndsInASlowdownIsCounted) {
  for (const char* reason : {"0x8", "0x20", "0x40", "0x80"}) {
    const ScriptedNvml nvml;
    GpuMonitor monitor = nvml.monitor();
    const std::int64_t before = monitor.throttle_events();
    nvml.say(reason, 0);
    const std::int64_t during = monitor.throttle_events();
    EXPECT_GT(during, before) << reason;  // it ended in one
    nvml.say("0x0", 0);
    const std::int64_t after = monitor.throttle_events();
    EXPECT_GT(after, during) << reason;  // it began in one
    EXPECT_EQ(monitor.throttle_events(), after) << reason;
  }
}

TEST(GpuMonitor, ASlowdownBetweenTwoReadingsIsToldByItsTime) {
  const ScriptedNvml nvml;
  nvml.say("0x0", 5'000'000);
  GpuMonitor monitor = nvml.monitor();
  EXPECT_EQ(monitor.throttle_events(), 0);  // what was before is no event
  nvml.say("0x0", 6'000'000);
  EXPECT_EQ(monitor.throttle_events(), 1);
  EXPECT_EQ(monitor.throttle_events(), 1);
}

TEST(GpuMonitor, UnderVoltageAndAverageOverCurrentCountAndPeaksDoNot) {
  const FakeMachine board;
  const auto count = [&](int oc1, int oc2, int oc3) {
    board.put("/sys/class/hwmon/hwmon0/name", "soctherm_oc\n");
    board.put("/sys/class/hwmon/hwmon0/oc1_event_cnt", std::to_string(oc1));
    board.put("/sys/class/hwmon/hwmon0/oc2_event_cnt", std::to_string(oc2));
    board.put("/sys/class/hwmon/hwmon0/oc3_event_cnt", std::to_string(oc3));
  };
  count(3, 4, 27390);
  GpuMonitor monitor("", {board.root(), std::nullopt, ""});
  EXPECT_EQ(monitor.throttle_events(), 0);
  count(3, 4, 27999);
  EXPECT_EQ(monitor.throttle_events(), 0);
  count(4, 4, 28000);
  EXPECT_EQ(monitor.throttle_events(), 1);
  count(4, 6, 28000);
  EXPECT_EQ(monitor.throttle_events(), 3);
  count(0, 0, 0);  // counters that begin anew are no event
  EXPECT_EQ(monitor.throttle_events(), 3);
  EXPECT_EQ(monitor.health().over_current, (OverCurrent{0, 0, 0}));
}

TEST(GpuMonitor, ABoardsFilesFillInWhatNvmlDoesNotSay) {
  const RecordedGpu orin("agx-orin-jp6-30w");
  const Health health = GpuMonitor(orin.pci_bus_id(), orin.sources()).health();
  ASSERT_TRUE(health.gpu.has_value());
  EXPECT_EQ(health.gpu->clock_hz, 624.75e6);
  EXPECT_EQ(health.gpu->temperature_c, 44);
  EXPECT_EQ(health.gpu->power_w, std::nullopt);
  EXPECT_EQ(health.gpu->memory_clock_hz, std::nullopt);
  EXPECT_EQ(health.rails_w.size(), 4u);
}

TEST(GpuMonitor, NvmlComesBeforeABoardsFiles) {
  const RecordedGpu thor("thor");
  const Health health = GpuMonitor(thor.pci_bus_id(), thor.sources()).health();
  EXPECT_EQ(health.gpu->clock_hz, 314e6);
  EXPECT_EQ(health.gpu->memory_clock_hz, 4.266e9);
  EXPECT_EQ(health.temperature_c, 38.875);
}

TEST(GpuMonitor, EveryRecordedGpuIsWatchedWithoutFail) {
  for (const char* name : recorded_gpus) {
    const RecordedGpu recorded(name);
    GpuMonitor monitor(recorded.pci_bus_id(), recorded.sources());
    EXPECT_TRUE(monitor.health().gpu.has_value()) << name;
    EXPECT_EQ(monitor.throttle_events() > 0, std::string(name) == "rtx-4090-throttled") << name;
  }
}

}  // namespace
}  // namespace roofmark
