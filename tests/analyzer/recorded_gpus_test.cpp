// The hard bound and the doctor's words on each recorded GPU.
#include <gtest/gtest.h>

#include <set>

#include "analyzer/doctor.h"
#include "analyzer/from_run.h"
#include "tests/analyzer/gpu_rows.h"
#include "tests/harness/recorded_gpu.h"

namespace roofmark {
namespace {

struct Bounds {
  Known<double> f32_per_cycle, memory, sheet_f32, sheet_memory;
};

/// What stands beside a f32 row at 1 GHz and a row of the memory.
Bounds bounds_of(const std::string& name) {
  roofmark::Run run;
  run.policy.devices = {"cuda"};
  run.machine = RecordedGpu(name).machine();
  const Format f32 = accumulating(DType::f32, DType::f32);
  run.rows = {gpu_compute_row("simt", f32, 1, 1), gpu_stream_row("read", "dram", 1e9)};
  const Analysis analysis = analyze_run(run);
  const Ceiling &compute = analysis.ceilings[0], &memory = analysis.ceilings[1];
  const Known<double> rate =
      compute.theoretical ? Known<double>(*compute.theoretical / test_clock_hz) : std::nullopt;
  return {rate, memory.theoretical, compute.datasheet, memory.datasheet};
}

TEST(RecordedGpus, AreBoundByTheMultiprocessorsInUse) {
  EXPECT_EQ(bounds_of("h200").f32_per_cycle, 132 * 256);
  EXPECT_EQ(bounds_of("h100-mig").f32_per_cycle, 16 * 256);
  EXPECT_EQ(bounds_of("rtx-4090").f32_per_cycle, 128 * 256);
  EXPECT_EQ(bounds_of("rtx-4090-throttled").f32_per_cycle, 128 * 256);
  EXPECT_EQ(bounds_of("agx-orin-jp5").f32_per_cycle, 16 * 256);
  EXPECT_EQ(bounds_of("agx-orin-jp6-30w").f32_per_cycle, 8 * 256);
  EXPECT_EQ(bounds_of("agx-orin-jp7-15w").f32_per_cycle, 6 * 256);
  EXPECT_EQ(bounds_of("orin-nano").f32_per_cycle, 8 * 256);
  EXPECT_EQ(bounds_of("thor").f32_per_cycle, 20 * 256);
}

TEST(RecordedGpus, AreBoundByTheMemoryClockWhereItIsKnown) {
  EXPECT_DOUBLE_EQ(*bounds_of("h200").memory, 4916.736e9);
  EXPECT_EQ(bounds_of("h100-mig").memory, std::nullopt);
  EXPECT_DOUBLE_EQ(*bounds_of("rtx-4090").memory, 1008.096e9);
  EXPECT_DOUBLE_EQ(*bounds_of("agx-orin-jp5").memory, 204.736e9);
  EXPECT_DOUBLE_EQ(*bounds_of("agx-orin-jp6-30w").memory, 204.736e9);
  EXPECT_DOUBLE_EQ(*bounds_of("agx-orin-jp7-15w").memory, 136.512e9);
  EXPECT_EQ(bounds_of("orin-nano").memory, std::nullopt);
  EXPECT_DOUBLE_EQ(*bounds_of("thor").memory, 273.024e9);
}

TEST(RecordedGpus, HaveADataSheetWhereAllOfThemIsInUse) {
  EXPECT_EQ(bounds_of("h200").sheet_f32, 67e12);
  EXPECT_EQ(bounds_of("h200").sheet_memory, 4.8e12);
  EXPECT_EQ(bounds_of("h100-mig").sheet_f32, std::nullopt);
  EXPECT_EQ(bounds_of("h100-mig").sheet_memory, std::nullopt);
  EXPECT_EQ(bounds_of("rtx-4090").sheet_f32, 82.6e12);
  EXPECT_EQ(bounds_of("agx-orin-jp5").sheet_f32, 5.3e12);
  EXPECT_EQ(bounds_of("agx-orin-jp6-30w").sheet_f32, 8 * 256 * 624.75e6);  // the mode's own
  EXPECT_EQ(bounds_of("agx-orin-jp6-30w").sheet_memory, 204.8e9);
  EXPECT_EQ(bounds_of("agx-orin-jp7-15w").sheet_memory, 136.512e9);
  EXPECT_EQ(bounds_of("orin-nano").sheet_memory, 102.4e9);
  EXPECT_EQ(bounds_of("thor").sheet_memory, 273e9);
}

std::vector<Finding> findings_of(const std::string& name) {
  const RecordedGpu recorded(name);
  Surroundings around;
  around.cuda_runtime = "13.0";
  around.health = read_health(recorded.sources());
  return findings(recorded.machine(), around);
}

/// Warnings of the GPU and its board; those of the CPU are not recorded here.
std::set<std::string> warnings_of(const std::string& name) {
  std::set<std::string> ids;
  for (const Finding& finding : findings_of(name)) {
    const std::string subject = finding.id.substr(2);
    const bool board = subject == "EMC" || subject == "POWERMODE" || subject == "OVERCURRENT";
    if (finding.warns && (board || subject.rfind("GPU", 0) == 0)) ids.insert(subject);
  }
  return ids;
}

std::string text_of(const std::string& name, const std::string& id) {
  for (const Finding& finding : findings_of(name)) {
    if (finding.id == id) return finding.text;
  }
  return "no finding " + id;
}

using Ids = std::set<std::string>;

TEST(RecordedGpus, TheDoctorWarnsOfWhatHoldsThemBack) {
  EXPECT_EQ(warnings_of("h200"), Ids{});
  EXPECT_EQ(warnings_of("h100-mig"), Ids{"GPUSMS"});
  EXPECT_EQ(warnings_of("rtx-4090"), Ids{});
  EXPECT_EQ(warnings_of("rtx-4090-throttled"),
            (Ids{"GPUBUSY", "GPUDRIVER", "GPUPOWER", "GPUTHROTTLE"}));
  EXPECT_EQ(warnings_of("agx-orin-jp5"), Ids{"GPUDRIVER"});
  EXPECT_EQ(warnings_of("agx-orin-jp6-30w"), (Ids{"GPUCLOCK", "GPUDRIVER", "GPUSMS", "POWERMODE"}));
  EXPECT_EQ(warnings_of("agx-orin-jp7-15w"),
            (Ids{"EMC", "GPUCLOCK", "GPUSMS", "OVERCURRENT", "POWERMODE"}));
  EXPECT_EQ(warnings_of("orin-nano"), (Ids{"EMC", "GPUDRIVER"}));
  EXPECT_EQ(warnings_of("thor"), Ids{});
}

TEST(RecordedGpus, TheDoctorSaysWhatThatDoesToNumbers) {
  EXPECT_EQ(text_of("h200", "OK-GPUSMS"), "all 132 multiprocessors are in use");
  EXPECT_EQ(text_of("h200", "OK-GPUCLOCK"),
            "its clock may rise to 1.98 GHz, its memory's to 3.20 GHz");
  EXPECT_EQ(text_of("h100-mig", "W-GPUSMS"),
            "a slice (1g.10gb) with 16 multiprocessors of 132: ceilings are those of the slice, no "
            "data sheet stands beside them, and work on other slices moves the clock that all of "
            "them share");
  EXPECT_EQ(text_of("rtx-4090-throttled", "W-GPUTHROTTLE"),
            "it is slowed down now (software_thermal, hardware_thermal): samples are dropped while "
            "this lasts");
  EXPECT_EQ(
      text_of("rtx-4090-throttled", "W-GPUPOWER"),
      "its power is limited to 250 W of 450 W: under load the clock falls below what the part "
      "would reach");
  EXPECT_EQ(text_of("rtx-4090-throttled", "W-GPUBUSY"),
            "1 process computes on it: they take multiprocessors, bandwidth and memory, and no "
            "sample can tell");
  EXPECT_EQ(text_of("rtx-4090-throttled", "W-GPUDRIVER"),
            "driver 535.183.01, which serves CUDA 12.2; built with CUDA 13.0: it is too old to run "
            "any GPU row of this program");
  EXPECT_EQ(text_of("agx-orin-jp6-30w", "W-GPUSMS"),
            "only 8 of 16 multiprocessors are on (power mode MODE_30W): bounds count those alone, "
            "and the data sheet's peaks are another mode's");
  EXPECT_EQ(text_of("agx-orin-jp6-30w", "OK-JETSON"),
            "Jetson AGX Orin 64GB (tegra234), L4T 36.4.3, JetPack 6.2");
  EXPECT_EQ(text_of("agx-orin-jp6-30w", "OK-OVERCURRENT"),
            "since boot 0 times under-voltage, 0 average and 27390 peak over-current: samples in "
            "which one of the first two rises are dropped, the third climbs on healthy boards");
  EXPECT_EQ(
      text_of("agx-orin-jp7-15w", "W-EMC"),
      "the memory's clock (EMC) may rise to 2.13 GHz, and the module's to 3.20 GHz: bandwidth "
      "is bound by what is set, and decoding with it");
  EXPECT_EQ(text_of("orin-nano", "OK-POWERMODE"),
            "power mode MAXN_SUPER: nothing is held back by it");
  EXPECT_EQ(
      text_of("thor", "OK-GPURATES"),
      "its rates per cycle are known: NVIDIA Blackwell, compute capability 11.0 (Jetson Thor)");
}

TEST(RecordedGpus, EachHasItsOwnRates) {
  for (const char* name : recorded_gpus) {
    const Machine machine = RecordedGpu(name).machine();
    EXPECT_NE(uarch_of(machine.gpus.front()), nullptr) << name;
    EXPECT_NE(hardware_of(machine, "cuda"), nullptr) << name;
  }
}

}  // namespace
}  // namespace roofmark
