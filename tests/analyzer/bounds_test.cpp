// Bounds of a GPU's rows: by what is in use of it, its clock and its memory.
#include "analyzer/bounds.h"

#include <gtest/gtest.h>

#include "analyzer/from_run.h"
#include "tests/analyzer/gpu_rows.h"

namespace roofmark {
namespace {

const Format bf16 = accumulating(DType::bf16, DType::f32);
const Format f16_in_f32 = accumulating(DType::f16, DType::f32);
const Format f16_alone = accumulating(DType::f16, DType::f16);

/// A whole H200 beside two Zen 5 cores.
roofmark::Run h200_run() {
  roofmark::Run run = zen5_run();
  run.policy.devices = {"cpu", "cuda"};
  run.machine.gpus = {{.name = "NVIDIA H200",
                       .compute_capability = "9.0",
                       .sms = 132,
                       .memory_bytes = std::int64_t{140} << 30,
                       .memory_bus_bits = 6144,
                       .setting = {.memory_clock_max_hz = 3.201e9}}};
  return run;
}

/// An AGX Orin whose mode leaves `sms` multiprocessors on.
roofmark::Run orin_run(int sms, Known<double> emc_max_hz) {
  roofmark::Run run = zen5_run();
  run.policy.devices = {"cuda"};
  run.machine.board = "NVIDIA Jetson AGX Orin Developer Kit";
  run.machine.memory_bytes = std::int64_t{61} << 30;
  run.machine.jetson = Jetson{.module = "Jetson AGX Orin 64GB", .emc_max_hz = emc_max_hz};
  run.machine.gpus = {{.name = "Orin",
                       .compute_capability = "8.7",
                       .sms = sms,
                       .integrated = true,
                       .memory_bus_bits = 256}};
  return run;
}

Ceiling only_ceiling(roofmark::Run run, const Measurement& row, const RunOptions& options = {}) {
  run.rows = {row};
  return analyze_run(run, options).ceilings.at(0);
}

bool says(const Ceiling& ceiling, const std::string& words) {
  return ceiling.reason.find(words) != std::string::npos;
}

TEST(Bounds, AGpusPeakIsMultiprocessorsTimesRateTimesTheClockBesideTheRow) {
  const Ceiling wgmma = only_ceiling(h200_run(), gpu_compute_row("wgmma", bf16, 132, 3900));
  EXPECT_EQ(wgmma.theoretical, 132 * 4096 * test_clock_hz);
  EXPECT_EQ(wgmma.datasheet, 989.4e12);
  EXPECT_EQ(wgmma.grade, 'A');
  EXPECT_EQ(wgmma.reason, "");
  const Format f32 = accumulating(DType::f32, DType::f32);
  EXPECT_EQ(only_ceiling(h200_run(), gpu_compute_row("simt-chains", f32, 132, 250)).theoretical,
            132 * 256 * test_clock_hz);
}

TEST(Bounds, WarpWideProductsOfHopperAreComparedWithItsTensorCores) {
  const Ceiling mma = only_ceiling(h200_run(), gpu_compute_row("mma", bf16, 132, 2500));
  EXPECT_EQ(mma.theoretical, 132 * 4096 * test_clock_hz);
  EXPECT_EQ(mma.share, 2500.0 / 4096);
}

TEST(Bounds, AValueAboveTheHardBoundIsRefused) {
  EXPECT_EQ(only_ceiling(h200_run(), gpu_compute_row("wgmma", bf16, 132, 4300)).grade, 'X');
}

TEST(Bounds, GeForceHalvesAccumulationInF32AndOthersDoNot) {
  roofmark::Run run = h200_run();
  run.machine.gpus[0].compute_capability = "8.9";
  run.machine.gpus[0].sms = 128;
  const auto rate = [&](const char* name, const Format& format) {
    run.machine.gpus[0].name = name;
    return *only_ceiling(run, gpu_compute_row("mma", format, 128, 1)).theoretical /
           (128 * test_clock_hz);
  };
  EXPECT_EQ(rate("NVIDIA GeForce RTX 4090", f16_in_f32), 512);
  EXPECT_EQ(rate("NVIDIA GeForce RTX 4090", f16_alone), 1024);
  EXPECT_EQ(rate("NVIDIA RTX 6000 Ada Generation", f16_in_f32), 1024);
}

TEST(Bounds, MultiprocessorsThatAPowerModeSwitchedOffDoNotCount) {
  const Format f32 = accumulating(DType::f32, DType::f32);
  const Ceiling whole = only_ceiling(orin_run(16, {}), gpu_compute_row("simt", f32, 16, 250));
  EXPECT_EQ(whole.theoretical, 16 * 256 * test_clock_hz);
  EXPECT_EQ(whole.datasheet, 5.3e12);
  const Ceiling half = only_ceiling(orin_run(8, {}), gpu_compute_row("simt", f32, 8, 250));
  EXPECT_EQ(half.theoretical, 8 * 256 * test_clock_hz);
  EXPECT_EQ(half.datasheet, std::nullopt);
  EXPECT_TRUE(says(half, "it speaks of 16 multiprocessors, and 8 are in use")) << half.reason;
  // What only 16 of them could reach is refused on 8.
  EXPECT_EQ(only_ceiling(orin_run(8, {}), gpu_compute_row("simt", f32, 16, 250)).grade, 'X');
}

TEST(Bounds, ASliceHasNeitherADataSheetNorAKnownBus) {
  roofmark::Run run = h200_run();
  run.machine.gpus[0].name = "NVIDIA H200 MIG 1g.18gb";
  run.machine.gpus[0].sms = 16;
  const Ceiling compute = only_ceiling(run, gpu_compute_row("wgmma", bf16, 16, 3900));
  EXPECT_EQ(compute.theoretical, 16 * 4096 * test_clock_hz);
  EXPECT_EQ(compute.datasheet, std::nullopt);
  EXPECT_TRUE(says(compute, "a slice of it (1g.18gb)")) << compute.reason;
  const Ceiling memory = only_ceiling(run, gpu_stream_row("read", "dram", 600e9));
  EXPECT_EQ(memory.theoretical, std::nullopt);
  EXPECT_EQ(memory.datasheet, std::nullopt);
  EXPECT_TRUE(says(memory, "belongs to a slice")) << memory.reason;
}

TEST(Bounds, AGpusMemoryIsBoundByItsBusAndBothEdgesOfItsClock) {
  const Ceiling memory = only_ceiling(h200_run(), gpu_stream_row("read", "dram", 4.5e12));
  EXPECT_DOUBLE_EQ(*memory.theoretical, 4'916'736e6);  // 6144 bits x 2 x 3201 MHz
  EXPECT_EQ(memory.datasheet, 4.8e12);
  EXPECT_EQ(memory.grade, 'A');
}

TEST(Bounds, ABoardsMemoryIsBoundByItsControllersClockForGpuAndCpu) {
  const Measurement gpu = gpu_stream_row("read", "dram", 152.8e9);
  EXPECT_DOUBLE_EQ(*only_ceiling(orin_run(16, 3.2e9), gpu).theoretical, 204.8e9);
  EXPECT_EQ(only_ceiling(orin_run(16, 3.2e9), gpu).datasheet, 204.8e9);
  EXPECT_DOUBLE_EQ(
      *only_ceiling(orin_run(16, 3.2e9), stream_row("read", "dram", 2, 80e9)).theoretical, 204.8e9);
  const Ceiling unknown = only_ceiling(orin_run(16, {}), gpu);
  EXPECT_EQ(unknown.theoretical, std::nullopt);
  EXPECT_EQ(unknown.grade, 'B');
  EXPECT_TRUE(says(unknown, "only root may read it")) << unknown.reason;
}

TEST(Bounds, AMemoryHeldBackIsNotComparedWithItsDataSheet) {
  const Ceiling held = only_ceiling(orin_run(8, 2.133e9), gpu_stream_row("read", "dram", 100e9));
  EXPECT_DOUBLE_EQ(*held.theoretical, 136.512e9);
  EXPECT_EQ(held.datasheet, std::nullopt);
  EXPECT_TRUE(says(held, "held at 2.13 GHz")) << held.reason;
}

TEST(Bounds, ACardSaysNothingOfTheCpuBesideIt) {
  const Ceiling cpu = only_ceiling(h200_run(), stream_row("read", "dram", 2, 30e9));
  EXPECT_EQ(cpu.theoretical, std::nullopt);
  EXPECT_EQ(cpu.datasheet, std::nullopt);
}

TEST(Bounds, ABandwidthSaidByHandIsThatOfTheFirstDeviceUnlessTheyShareOne) {
  const RunOptions said{.bandwidth = Bandwidth{1e12}};
  const Measurement cpu = stream_row("read", "dram", 2, 30e9);
  const Measurement gpu = gpu_stream_row("read", "dram", 100e9);
  EXPECT_EQ(only_ceiling(h200_run(), cpu, said).theoretical, 1e12);
  EXPECT_NE(only_ceiling(h200_run(), gpu, said).theoretical, 1e12);
  EXPECT_EQ(only_ceiling(orin_run(16, {}), cpu, said).theoretical, 1e12);
  EXPECT_EQ(only_ceiling(orin_run(16, {}), gpu, said).theoretical, 1e12);
}

TEST(Bounds, NearMemoriesAreBoundByTheirPortsAndFartherOnesAreNotKnown) {
  const Measurement shared = gpu_stream_row("read", "shared", 120 * 132 * test_clock_hz);
  EXPECT_EQ(only_ceiling(h200_run(), shared).theoretical, 128 * 132 * test_clock_hz);
  EXPECT_TRUE(says(only_ceiling(h200_run(), gpu_stream_row("read", "l2", 1e12)), "no known l2"));
  EXPECT_TRUE(says(only_ceiling(h200_run(), gpu_stream_row("h2d", "link", 1e10)), "the link"));
}

TEST(Bounds, AnUnknownGpuHasNoBoundAndSaysSo) {
  roofmark::Run run = h200_run();
  run.machine.gpus[0].compute_capability = "99.9";
  const Ceiling unknown = only_ceiling(run, gpu_compute_row("mma", bf16, 132, 1e6));
  EXPECT_EQ(unknown.theoretical, std::nullopt);
  EXPECT_EQ(unknown.grade, 'B');
  EXPECT_TRUE(says(unknown, "compute capability 99.9 is in no spec")) << unknown.reason;
  run.machine.gpus.clear();
  EXPECT_TRUE(says(only_ceiling(run, gpu_compute_row("mma", bf16, 132, 1)), "does not describe"));
}

TEST(Bounds, ARooflineOfAGpuIsItsOwn) {
  roofmark::Run run = h200_run();
  run.rows = {gpu_compute_row("mma", bf16, 132, 2500),
              gpu_compute_row("wgmma", bf16, 132, 3900),
              gpu_stream_row("read", "dram", 4.5e12),
              gpu_stream_row("h2d", "link", 9e12),
              fma_row("avx512", 2, 60),
              stream_row("read", "dram", 2, 30e9)};
  const Analysis analysis = analyze_run(run);
  const Roofline gpu = measured_roofline(run, analysis, "cuda");
  EXPECT_EQ(gpu.engine.peaks.at("bf16-f32"), OpRate{3900 * 132 * test_clock_hz});
  EXPECT_EQ(gpu.bandwidth, Bandwidth{4.5e12});
  EXPECT_EQ(gpu.memory, Bytes{0x1.18p37});
  const Roofline cpu = measured_roofline(run, analysis, "cpu");
  EXPECT_EQ(cpu.engine.peaks.size(), 1u);
  EXPECT_EQ(cpu.bandwidth, Bandwidth{30e9});
}

}  // namespace
}  // namespace roofmark
