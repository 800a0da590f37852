// What NVML says, and what becomes of what it does not.
#include "harness/nvml.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/harness/recorded_gpu.h"

namespace roofmark {
namespace {

using Names = std::vector<std::string>;

NvmlDevice nvml_of(const RecordedGpu& recorded) {
  return {recorded.sources().nvml, recorded.pci_bus_id()};
}

TEST(Nvml, SaysHowACardIsSet) {
  const RecordedGpu h200("h200");
  const GpuSetting setting = nvml_of(h200).setting();
  EXPECT_EQ(setting.driver, "580.82.07");
  EXPECT_EQ(setting.mig, "off");
  EXPECT_EQ(setting.ecc, true);
  EXPECT_EQ(setting.uncorrected_errors, 0);
  EXPECT_EQ(setting.clock_max_hz, 1.98e9);
  EXPECT_EQ(setting.memory_clock_max_hz, 3.201e9);
  EXPECT_EQ(setting.power_limit_w, 700);
  EXPECT_EQ(setting.power_limit_default_w, 700);
  EXPECT_EQ(setting.throttle_reasons, Names{});
  EXPECT_EQ(setting.processes, 0);
  EXPECT_EQ(setting.unknown, Names{});
}

TEST(Nvml, SaysHowACardFares) {
  const RecordedGpu card("rtx-4090-throttled");
  const GpuHealth health = nvml_of(card).health();
  EXPECT_EQ(health.clock_hz, 1.23e9);
  EXPECT_EQ(health.memory_clock_hz, 10.251e9);
  EXPECT_EQ(health.power_w, 249.8);
  EXPECT_EQ(health.temperature_c, 90);
  EXPECT_EQ(health.throttle_reasons, (Names{"power_cap", "software_thermal", "hardware_thermal"}));
  EXPECT_EQ(health.thermal_violation_s, 0.812);
  EXPECT_EQ(health.power_violation_s, 90);
  EXPECT_EQ(nvml_of(card).setting().processes, 1);
}

TEST(Nvml, WhatIsNotSupportedOrNotAllowedIsUnknownWithTheReason) {
  const RecordedGpu slice("h100-mig");
  const GpuSetting setting = nvml_of(slice).setting();
  EXPECT_EQ(setting.uncorrected_errors, std::nullopt);
  EXPECT_EQ(setting.processes, std::nullopt);
  EXPECT_EQ(setting.unknown, (Names{"ECC errors: no permission", "processes: no permission"}));
  EXPECT_EQ(nvml_of(slice).health().power_w, std::nullopt);
  EXPECT_EQ(nvml_of(slice).thermal_violation_s(), std::nullopt);
}

TEST(Nvml, ANumberWithAllBitsSetIsNoNumber) {
  const RecordedGpu orin("agx-orin-jp6-30w");
  const GpuSetting setting = nvml_of(orin).setting();
  EXPECT_EQ(setting.driver, "540.4.0");
  EXPECT_EQ(setting.power_limit_w, std::nullopt);
  EXPECT_NE(std::find(setting.unknown.begin(), setting.unknown.end(), "power limit: not available"),
            setting.unknown.end());
  EXPECT_EQ(nvml_of(orin).health(), GpuHealth{});
}

TEST(Nvml, WithoutTheLibraryEverythingIsUnknownAndNothingFails) {
  const RecordedGpu orin("agx-orin-jp5");
  const NvmlDevice nvml = nvml_of(orin);
  EXPECT_EQ(nvml.obstacle(), "NVML is absent (no no-such-library.so)");
  EXPECT_EQ(nvml.setting().unknown, Names{nvml.obstacle()});
  EXPECT_EQ(nvml.health(), GpuHealth{});
  EXPECT_EQ(nvml.clock_events(), std::nullopt);
  EXPECT_EQ(NvmlDevice("", "").obstacle(), "NVML is absent (no library)");
}

TEST(Nvml, ALibraryThatDoesNotStartSaysWhy) {
  const RecordedGpu card("rtx-4090");
  const auto file = std::filesystem::path(::testing::TempDir()) / "roofmark_nvml_init";
  std::ofstream(file) << "init 18\n";
  card.answer_with(file);
  EXPECT_EQ(nvml_of(card).obstacle(),
            "NVML does not start (library and driver have different versions)");
  std::filesystem::remove(file);
}

TEST(Nvml, AnUnknownBusIdIsTheOnlyDeviceThereIsOrNone) {
  const RecordedGpu orin("agx-orin-jp6-30w");
  EXPECT_EQ(NvmlDevice(ROOFMARK_FAKE_NVML, "0009:09:09.0").obstacle(), "");
  const auto file = std::filesystem::path(::testing::TempDir()) / "roofmark_nvml_two";
  std::ofstream(file) << "count 2\ndevice 00000000:01:00.0\n";
  orin.answer_with(file);
  EXPECT_EQ(NvmlDevice(ROOFMARK_FAKE_NVML, "0009:09:09.0").obstacle(),
            "NVML does not know the device (not found)");
  std::filesystem::remove(file);
}

TEST(Nvml, AnOldLibraryIsAskedByOldNamesAndMissesTheRest) {
  const NvmlDevice nvml(ROOFMARK_FAKE_NVML_OLD, "");
  EXPECT_EQ(nvml.clock_events(), clock_event::software_thermal);
  const GpuSetting setting = nvml.setting();
  EXPECT_EQ(setting.throttle_reasons, Names{"software_thermal"});
  EXPECT_EQ(setting.unknown.front(), "driver: the library lacks it");
  EXPECT_EQ(nvml.health().clock_hz, std::nullopt);
}

TEST(Nvml, AReasonThatNobodyKnowsIsNamedByItsBit) {
  EXPECT_EQ(clock_event_names(0), Names{});
  EXPECT_EQ(clock_event_names(0x1 | 0x100 | 1ull << 40),
            (Names{"idle", "display_clock", "bit 40"}));
}

}  // namespace
}  // namespace roofmark
