// What a CPU could reach at most: by kernel, kind of core, vector length and memory channels.
#include <gtest/gtest.h>

#include "analyzer/from_run.h"
#include "tests/analyzer/run_builder.h"

namespace roofmark {
namespace {

constexpr double clock_hz = test_clock_hz;

Measurement rate_row(const std::string& kernel, const std::string& isa, Format format,
                     int threads = 1) {
  Measurement row = timed(kernel, isa, Role::compute_probe, threads, {.ops = Ops{1}}, 1);
  row.format = format;
  row.id = case_id(kernel, isa, format, "cpu", threads, {}, {});
  return row;
}

constexpr Format rate_of(DType type) { return {DType::none, type, type}; }

Ceiling only_ceiling(const Run& run) { return analyze_run(run).ceilings.at(0); }

/// With an Arm core of that part of Arm's.
Run arm_run(int part) {
  roofmark::Run run = zen5_run();
  run.machine.cpu = {.architecture = "aarch64", .cores = 4, .threads = 4};
  run.machine.cpu.implementer = 0x41;
  run.machine.cpu.part = part;
  return run;
}

TEST(CpuBounds, EachKernelHasTheRateOfItsOwnInstructions) {
  roofmark::Run run = zen5_run();
  run.rows = {rate_row("fadd", "avx512", rate_of(DType::f32)),
              rate_row("fma_add", "avx2", rate_of(DType::f64)),
              rate_row("fsqrt", "avx2", rate_of(DType::f32)),
              rate_row("dot", "avx512_vnni-unrolled", *format_from("w8a8")),
              rate_row("dot", "avx512_vnni", *format_from("i16-i32")),
              rate_row("fma", "scalar", *format_from("f64"), 2)};
  const std::vector<Ceiling> found = analyze_run(run).ceilings;
  const double expected[] = {32, 24, 8 / 4.5, 256, 128, 2 * 4};
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    ASSERT_TRUE(found[i].theoretical) << found[i].id << found[i].reason;
    EXPECT_DOUBLE_EQ(*found[i].theoretical, expected[i] * clock_hz) << found[i].id;
  }
}

TEST(CpuBounds, ARateThatNobodyPublishedIsUnknownAndSaysOfWhat) {
  roofmark::Run run = zen5_run();
  run.rows = {rate_row("exp", "avx512", rate_of(DType::f32))};
  EXPECT_EQ(only_ceiling(run).theoretical, std::nullopt);
  EXPECT_NE(only_ceiling(run).reason.find("zen5 has no known avx512 none-f32 rate of exp"),
            std::string::npos)
      << only_ceiling(run).reason;
}

TEST(CpuBounds, AMatrixInstructionIsNoDotProductOfTheSameSet) {
  roofmark::Run run = arm_run(0xd4f);
  const Format bf16 = *format_from("bf16-f32");
  run.rows = {rate_row("dot", "neon_bf16", bf16), rate_row("matrix", "neon_bf16", bf16)};
  const std::vector<Ceiling> found = analyze_run(run).ceilings;
  EXPECT_EQ(found[0].theoretical, 64 * clock_hz);
  EXPECT_EQ(found[1].theoretical, 128 * clock_hz);
}

TEST(CpuBounds, SveIsBoundedWhereTheVectorsAreAsLongAsTheSpecs) {
  roofmark::Run run = arm_run(0xd40);  // Neoverse V1: 256 bits
  run.rows = {rate_row("fma", "sve", *format_from("f32"))};
  EXPECT_EQ(only_ceiling(run).theoretical, std::nullopt);
  EXPECT_NE(only_ceiling(run).reason.find("not known"), std::string::npos);
  run.machine.cpu.sve_bytes = 32;
  EXPECT_EQ(only_ceiling(run).theoretical, 32 * clock_hz);
  run.machine.cpu.sve_bytes = 16;
  EXPECT_EQ(only_ceiling(run).theoretical, std::nullopt);
  EXPECT_NE(only_ceiling(run).reason.find("128 bits long, and the known rates are those of 256"),
            std::string::npos)
      << only_ceiling(run).reason;
}

Run hybrid_run() {
  roofmark::Run run = zen5_run();
  Cpu& cpu = run.machine.cpu;
  cpu.vendor = "GenuineIntel";
  cpu.model = "13th Gen Intel(R) Core(TM) i9-13900K";
  cpu.family = 6;
  cpu.model_number = 183;
  cpu.cores = 4;
  cpu.threads = 6;
  cpu.kinds = {{.name = "p", .cpus = {0, 1, 2, 3}, .cores = 2},
               {.name = "e", .cpus = {4, 5}, .cores = 2}};
  run.machine.allowance.cpus = {0, 2, 4, 5, 1, 3};
  run.machine.allowance.cores = 4;
  run.machine.environment.hypervisor = "none";
  return run;
}

TEST(CpuBounds, EachKindOfCoreIsBoundedByItsOwnRateAndCores) {
  roofmark::Run run = hybrid_run();
  for (const auto& [kind, threads] : {std::pair("p", 2), {"e", 2}, {"p", 4}, {"", 4}}) {
    Measurement row = fma_row("avx2", threads, 1);
    row.conditions.cores = kind;
    run.rows.push_back(row);
  }
  const std::vector<Ceiling> found = analyze_run(run).ceilings;
  EXPECT_EQ(found[0].theoretical, 2 * 32 * clock_hz);
  EXPECT_EQ(found[1].theoretical, 2 * 16 * clock_hz);
  EXPECT_EQ(found[2].theoretical, 2 * 32 * clock_hz);  // four threads on two cores
  EXPECT_EQ(found[3].theoretical, std::nullopt);
  EXPECT_NE(found[3].reason.find("several kinds"), std::string::npos) << found[3].reason;
}

TEST(CpuBounds, ASweepIsBoundedByTheFirstCacheAtEverySize) {
  roofmark::Run run = zen5_run();
  run.rows = {stream_row("sweep", "sweep", 2, 0x1p30)};
  EXPECT_EQ(only_ceiling(run).kind, "bandwidth");
  EXPECT_EQ(only_ceiling(run).theoretical, 2 * 128 * clock_hz);
}

TEST(CpuBounds, ReadingTwoAndWritingOneIsBoundedByTheSlowerDirection) {
  roofmark::Run run = zen5_run();
  const double bytes = 64 * clock_hz;
  run.rows = {stream_row("mix", "l1", 1, 2 * bytes, bytes),
              stream_row("schoenauer", "l1", 1, 3 * bytes, bytes)};
  const std::vector<Ceiling> found = analyze_run(run).ceilings;
  EXPECT_EQ(found[0].theoretical, (128 + 64) * clock_hz);
  EXPECT_DOUBLE_EQ(*found[1].theoretical, 4.0 * 64 / 1.5 * clock_hz);
}

/// Genoa: 96 cores and 460.8 GB/s per socket.
Run genoa_run(int packages, int cores, const char* hypervisor) {
  roofmark::Run run = zen5_run();
  Cpu& cpu = run.machine.cpu;
  cpu.model = "AMD EPYC 9654 96-Core Processor";
  cpu.family = 25;
  cpu.model_number = 17;
  cpu.packages = packages;
  cpu.cores = cores;
  cpu.threads = 2 * cores;
  run.machine.environment.hypervisor = hypervisor;
  run.rows = {stream_row("read", "dram", cores, 0x1p36)};
  return run;
}

TEST(CpuBounds, TheMemoryOfAKnownServerIsBoundedByTheChannelsOfItsSockets) {
  const Ceiling one = only_ceiling(genoa_run(1, 96, "none"));
  EXPECT_EQ(one.theoretical, 460.8e9);
  EXPECT_EQ(one.datasheet, 460.8e9);
  EXPECT_EQ(only_ceiling(genoa_run(2, 192, "none")).theoretical, 2 * 460.8e9);
  roofmark::Run some = genoa_run(2, 192, "none");
  some.rows[0].threads = 4;
  EXPECT_EQ(only_ceiling(some).theoretical, 2 * 460.8e9);
  EXPECT_EQ(only_ceiling(some).datasheet, std::nullopt);  // it speaks of the whole
}

TEST(CpuBounds, ANodeHasItsShareOfTheChannels) {
  roofmark::Run run = genoa_run(2, 192, "none");
  for (int i = 0; i < 8; ++i) {
    run.machine.cpu.nodes.push_back({.id = i, .cpus = {i}, .memory_bytes = 1});
  }
  run.rows[0].conditions.node = "0:5";
  EXPECT_EQ(only_ceiling(run).theoretical, 2 * 460.8e9 / 8);
  run.machine.cpu.nodes.pop_back();  // seven nodes share sixteen channels in no known way
  EXPECT_EQ(only_ceiling(run).theoretical, 2 * 460.8e9);
}

TEST(CpuBounds, AGuestHasAnUnknownPartOfTheMemoryUnlessItHasAllTheCores) {
  const Ceiling part = only_ceiling(genoa_run(1, 2, "KVM"));
  EXPECT_EQ(part.theoretical, std::nullopt);
  EXPECT_EQ(part.datasheet, std::nullopt);
  EXPECT_NE(part.reason.find("unknown part of the memory channels"), std::string::npos)
      << part.reason;
  EXPECT_EQ(only_ceiling(genoa_run(1, 96, "KVM")).theoretical, 460.8e9);
  roofmark::Run silent = genoa_run(1, 2, "none");
  silent.machine.environment.hypervisor = std::nullopt;
  EXPECT_EQ(only_ceiling(silent).theoretical, std::nullopt);
  roofmark::Run xeon = genoa_run(1, 40, "KVM");  // whose name does not say its cores
  xeon.machine.cpu.vendor = "GenuineIntel";
  xeon.machine.cpu.model = "Intel(R) Xeon(R) Platinum 8380 CPU @ 2.30GHz";
  xeon.machine.cpu.family = 6;
  xeon.machine.cpu.model_number = 106;
  EXPECT_EQ(only_ceiling(xeon).theoretical, std::nullopt);
  xeon.machine.environment.hypervisor = "none";
  EXPECT_EQ(only_ceiling(xeon).theoretical, 204.8e9);
}

TEST(CpuBounds, AnUnknownServersMemoryIsBoundedByWhatTheUserSaysAlone) {
  roofmark::Run run = genoa_run(1, 96, "none");
  run.machine.cpu.model = "AMD Ryzen 9 7950X 16-Core Processor";
  const Ceiling found = only_ceiling(run);
  EXPECT_EQ(found.theoretical, std::nullopt);
  EXPECT_NE(found.reason.find("memory channels and their rate are not known; pass --bandwidth"),
            std::string::npos);
}

TEST(CpuBounds, ABoardsPeakIsThatOfItsDataSheet) {
  roofmark::Run run = arm_run(0xd0b);
  run.machine.board = "Raspberry Pi 5 Model B Rev 1.0";
  run.machine.environment.hypervisor = "none";
  run.rows = {rate_row("fma", "neon", *format_from("f32"), 4), stream_row("read", "dram", 4, 1)};
  const std::vector<Ceiling> found = analyze_run(run).ceilings;
  EXPECT_EQ(found[0].datasheet, 153.6e9);
  EXPECT_EQ(found[1].theoretical, 17.1e9);
}

}  // namespace
}  // namespace roofmark
