// What the files of a Jetson say.
#include "harness/tegra.h"

#include <gtest/gtest.h>

#include "tests/harness/recorded.h"
#include "tests/harness/recorded_gpu.h"

namespace roofmark {
namespace {

using Names = std::vector<std::string>;
using Rails = std::vector<std::pair<std::string, double>>;

ProcFiles files_of(const std::string& name) { return ProcFiles(RecordedGpu(name).sources().root); }

TEST(Tegra, JetPack5IsReadWithRootsMemoryClock) {
  const Jetson jetson = *read_jetson(files_of("agx-orin-jp5"));
  EXPECT_EQ(jetson.module, "Jetson AGX Orin 64GB");
  EXPECT_EQ(jetson.soc, "tegra234");
  EXPECT_EQ(jetson.l4t, "35.4.1");
  EXPECT_EQ(jetson.jetpack, "5");
  EXPECT_EQ(jetson.power_mode, "MAXN");
  EXPECT_EQ(jetson.gpu_clock_max_hz, 1300.5e6);
  EXPECT_EQ(jetson.emc_max_hz, 3.199e9);
  EXPECT_EQ(jetson.gated_tpcs, 0);
  EXPECT_EQ(jetson.unknown, Names{});
  const GpuHealth health = tegra_gpu_health(files_of("agx-orin-jp5"));
  EXPECT_EQ(health.clock_hz, 1300.5e6);
  EXPECT_EQ(health.memory_clock_hz, 3.199e9);
  EXPECT_EQ(health.temperature_c, 45.5);
}

TEST(Tegra, AModeIsNamedAndCountsItsGatedPairsOfMultiprocessors) {
  const Jetson jetson = *read_jetson(files_of("agx-orin-jp6-30w"));
  EXPECT_EQ(jetson.l4t, "36.4.3");
  EXPECT_EQ(jetson.jetpack, "6.2");
  EXPECT_EQ(jetson.power_mode, "MODE_30W");
  EXPECT_EQ(jetson.gpu_clock_min_hz, 306e6);
  EXPECT_EQ(jetson.gpu_clock_max_hz, 624.75e6);
  EXPECT_EQ(jetson.gated_tpcs, 4);
}

TEST(Tegra, InAContainerThePackagesSayTheRelease) {
  const Jetson jetson = *read_jetson(files_of("agx-orin-jp7-15w"));
  EXPECT_EQ(jetson.l4t, "39.2.0");
  EXPECT_EQ(jetson.jetpack, "7");
  EXPECT_EQ(jetson.power_mode, "MODE_15W");
  EXPECT_EQ(jetson.emc_max_hz, 2.133e9);
  EXPECT_EQ(jetson.gated_tpcs, 5);
}

TEST(Tegra, TheSameNumberOfAModeHasAnotherNameOnAnotherModule) {
  EXPECT_EQ(read_jetson(files_of("orin-nano"))->power_mode, "MAXN_SUPER");  // 2, as 30 W above
  EXPECT_EQ(read_jetson(files_of("orin-nano"))->module, "Jetson Orin Nano 8GB");
}

TEST(Tegra, AMemoryClockThatOnlyRootMayReadIsUnknownWithTheReason) {
  const Jetson jetson = *read_jetson(files_of("orin-nano"));
  EXPECT_EQ(jetson.emc_max_hz, std::nullopt);
  EXPECT_EQ(jetson.unknown, Names{"memory clock: only root may read it"});
}

TEST(Tegra, ThorHasOtherNamesForItsClocks) {
  const Jetson jetson = *read_jetson(files_of("thor"));
  EXPECT_EQ(jetson.soc, "tegra264");
  EXPECT_EQ(jetson.module, "Jetson AGX Thor (T5000)");
  EXPECT_EQ(jetson.jetpack, "7");
  EXPECT_EQ(jetson.gpu_clock_max_hz, 1.575e9);
  EXPECT_EQ(jetson.emc_max_hz, 4.266e9);
  EXPECT_EQ(tegra_gpu_health(files_of("thor")).memory_clock_hz, 4.266e9);
}

TEST(Tegra, RailsAreThoseThatAreConnected) {
  EXPECT_EQ(rails_w(files_of("orin-nano")),
            (Rails{{"VDD_IN", 5.5372}, {"VDD_CPU_GPU_CV", 1.0668}, {"VDD_SOC", 1.6764}}));
  Names names;
  for (const auto& [name, power_w] : rails_w(files_of("agx-orin-jp6-30w"))) names.push_back(name);
  EXPECT_EQ(names, (Names{"VDD_GPU_SOC", "VDD_CPU_CV", "VIN_SYS_5V0", "VDDQ_VDD2_1V8AO"}));
}

TEST(Tegra, OverCurrentCountersAreReadWhereThereAreSome) {
  EXPECT_EQ(over_current(files_of("agx-orin-jp7-15w")), (OverCurrent{2, 5, 412}));
  EXPECT_EQ(over_current(files_of("thor")), std::nullopt);
}

TEST(Tegra, OtherMachinesAreNoJetson) {
  for (const char* name : {"h200", "rtx-4090"}) {
    EXPECT_EQ(read_jetson(files_of(name)), std::nullopt) << name;
    EXPECT_EQ(tegra_gpu_health(files_of(name)), GpuHealth{}) << name;
    EXPECT_EQ(rails_w(files_of(name)), Rails{}) << name;
  }
  EXPECT_EQ(read_jetson(ProcFiles(recorded("hostile").root)), std::nullopt);
}

TEST(Tegra, GarbageInItsFilesIsUnknown) {
  const FakeMachine fake;
  fake.put("/proc/device-tree/compatible", std::string("nvidia,p9999+p1\0nvidia,tegra999\0", 33));
  fake.put("/etc/nv_tegra_release", "# Rx\n");
  fake.put("/var/lib/nvpmodel/status", "pmode:zz\n");
  fake.put("/etc/nvpmodel.conf", "< POWER_MODEL ID= NAME= >\n<");
  fake.put("/sys/class/devfreq/17000000.gpu/max_freq", "18446744073709551615\n");
  fake.put("/sys/class/devfreq/17000000.gpu/cur_freq", "-1\n");
  fake.put("/sys/devices/gpu.0/tpc_pg_mask", "-3\n");
  fake.put("/sys/class/hwmon/hwmon0/name", "ina3221\n");
  fake.put("/sys/class/hwmon/hwmon0/in1_label", "VDD\n");
  fake.put("/sys/class/hwmon/hwmon0/in1_input", "9223372036854775807\n");
  fake.put("/sys/class/hwmon/hwmon0/curr1_input", "9223372036854775807\n");
  const ProcFiles files(fake.root());
  const Jetson jetson = *read_jetson(files);
  EXPECT_EQ(jetson.module, std::nullopt);
  EXPECT_EQ(jetson.l4t, std::nullopt);
  EXPECT_EQ(jetson.jetpack, std::nullopt);
  EXPECT_EQ(jetson.power_mode, std::nullopt);
  EXPECT_EQ(jetson.gpu_clock_max_hz, std::nullopt);
  EXPECT_EQ(jetson.gated_tpcs, std::nullopt);
  EXPECT_EQ(tegra_gpu_health(files), GpuHealth{});
  EXPECT_EQ(rails_w(files), Rails{});
}

}  // namespace
}  // namespace roofmark
