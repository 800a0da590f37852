// Rows that physics ties together: a run that holds is silent, a violated pair is named.
#include <gtest/gtest.h>

#include "analyzer/from_run.h"
#include "tests/analyzer/run_builder.h"

namespace roofmark {
namespace {

constexpr Format rate_of(DType type) { return {DType::none, type, type}; }
Format named(const char* format) { return format_from(format).value(); }

/// A compute row at `ops_per_cycle` on each of its threads.
Measurement rate(const std::string& kernel, const std::string& isa, Format format,
                 double ops_per_cycle, int threads = 1) {
  Measurement row = fma_row(isa, threads, ops_per_cycle);
  row.kernel = kernel;
  row.format = format;
  row.id = case_id(kernel, isa, format, "cpu", threads, {}, {});
  return row;
}

Measurement latency(const std::string& level, double seconds) {
  Measurement row = timed("latency", "chase", Role::latency_probe, 1, {.ops = Ops{1}}, seconds);
  row.format = {DType::none, DType::none, DType::none};
  row.conditions.level = level;
  row.id += "/level=" + level;
  return row;
}

Run run_of(std::vector<Measurement> rows) {
  roofmark::Run run = zen5_run();
  run.rows = std::move(rows);
  return run;
}

Run arm_run(int part, std::vector<Measurement> rows) {
  roofmark::Run run = run_of(std::move(rows));
  run.machine.cpu = {.architecture = "aarch64", .cores = 2, .threads = 2};
  run.machine.cpu.implementer = 0x41;
  run.machine.cpu.part = part;
  run.machine.cpu.sve_bytes = 16;
  return run;
}

/// Two rows in the ratio that the spec has them do not warn; with the first a tenth slower they do,
/// and both are named.
void expect_tied(Run run, const std::string& rule) {
  ASSERT_EQ(run.rows.size(), 2u);
  const std::vector<Warning> held = analyze_run(run).warnings;
  EXPECT_TRUE(held.empty()) << held[0].what;
  for (double& sample : run.rows[0].samples_s) sample /= 0.9;
  const std::vector<Warning> broken = analyze_run(run).warnings;
  ASSERT_EQ(broken.size(), 1u) << rule;
  EXPECT_NE(broken[0].what.find(rule), std::string::npos) << broken[0].what;
  for (const Measurement& row : run.rows) {
    EXPECT_NE(broken[0].what.find(row.id + " "), std::string::npos) << broken[0].what;
  }
}

TEST(Consistency, HalfThePrecisionIsTwiceTheRate) {
  for (const auto& [kernel, f32] : {std::pair("fadd", 32.0), {"fmul", 32.0}, {"fma_add", 96.0}}) {
    expect_tied(run_of({rate(kernel, "avx512", rate_of(DType::f64), f32 / 2),
                        rate(kernel, "avx512", rate_of(DType::f32), f32)}),
                "none-f64 is half of none-f32");
  }
  expect_tied(
      run_of({rate("fma", "avx2", named("f64"), 16), rate("fma", "avx2", named("f32"), 32)}),
      "f64 is half of f32");
  expect_tied(
      run_of({rate("fma", "scalar", named("f64"), 4), rate("fma", "scalar", named("f32"), 4)}),
      "f64 is as fast as f32");
}

TEST(Consistency, HalfTheWidthIsHalfTheRateWhereTheCoreIsThatWide) {
  expect_tied(
      run_of({rate("fma", "avx512", named("f32"), 64), rate("fma", "avx2", named("f32"), 32)}),
      "avx512 is twice avx2");
  expect_tied(
      run_of({rate("fma", "avx2", named("f32"), 32), rate("fma", "avx128", named("f32"), 16)}),
      "avx2 is twice avx128");
  roofmark::Run zen4 =
      run_of({rate("fma", "avx512", named("f32"), 32), rate("fma", "avx2", named("f32"), 32)});
  zen4.machine.cpu.family = 25;
  zen4.machine.cpu.model_number = 17;
  expect_tied(zen4, "avx512 is as fast as avx2");
}

TEST(Consistency, DotProductsAreInTheSpecsRatioToTheMultiplyAdd) {
  expect_tied(run_of({rate("dot", "avx512_bf16", named("bf16-f32"), 128),
                      rate("fma", "avx512", named("f32"), 64)}),
              "dot avx512_bf16 bf16-f32 is twice fma avx512 f32");
  expect_tied(run_of({rate("dot", "avx512_vnni", named("i16-i32"), 128),
                      rate("dot", "avx512_vnni", named("w8a8"), 256)}),
              "i16-i32 is half of w8a8");
  expect_tied(run_of({rate("dot", "avx512_vnni", named("w8a8"), 256),
                      rate("dot", "avx_vnni", named("w8a8"), 128)}),
              "avx512_vnni is twice avx_vnni");
  roofmark::Run sapphire = run_of(
      {rate("dot", "avx512_bf16", named("bf16-f32"), 32), rate("fma", "avx512", named("f32"), 64)});
  sapphire.machine.cpu.vendor = "GenuineIntel";
  sapphire.machine.cpu.family = 6;
  sapphire.machine.cpu.model_number = 143;
  expect_tied(sapphire, "is half of fma avx512 f32");
}

TEST(Consistency, ArmsInstructionsAreInTheSpecsRatioToo) {
  const int neoverse_v2 = 0xd4f;
  expect_tied(arm_run(neoverse_v2, {rate("fma", "neon_fp16", named("f16"), 64),
                                    rate("fma", "neon", named("f32"), 32)}),
              "f16 is twice");
  expect_tied(arm_run(neoverse_v2, {rate("matrix", "neon_bf16", named("bf16-f32"), 128),
                                    rate("dot", "neon_bf16", named("bf16-f32"), 64)}),
              "matrix neon_bf16 is twice dot neon_bf16");
  expect_tied(arm_run(neoverse_v2, {rate("matrix", "sve_i8mm", named("w8a8"), 256),
                                    rate("dot", "sve", named("w8a8"), 128)}),
              "matrix sve_i8mm is twice dot sve");
}

TEST(Consistency, OneOfSeveralLoopsForARateNeedNotReachIt) {
  roofmark::Run run = run_of({rate("fma_add", "avx512", rate_of(DType::f32), 96),
                              rate("fma_add", "avx2-9x6", rate_of(DType::f32), 40)});
  EXPECT_TRUE(analyze_run(run).warnings.empty());
  run.rows[1] = rate("fma_add", "avx2", rate_of(DType::f32), 40);
  EXPECT_EQ(analyze_run(run).warnings.size(), 1u);
}

TEST(Consistency, WhatTheSpecDoesNotRelateIsNotCompared) {
  roofmark::Run run = run_of({rate("fdiv", "avx512", rate_of(DType::f64), 1),
                              rate("fdiv", "avx512", rate_of(DType::f32), 6.4),
                              rate("exp", "avx512", rate_of(DType::f32), 4),
                              rate("exp", "avx2", rate_of(DType::f32), 4)});
  EXPECT_TRUE(analyze_run(run).warnings.empty());
  run.rows = {rate("fma", "avx512", named("f32"), 1), rate("fma", "avx2", named("f32"), 32)};
  run.machine.cpu.model_number = 0x50;  // in no spec
  EXPECT_TRUE(analyze_run(run).warnings.empty());
}

TEST(Consistency, EachOfSeveralThreadsIsAsFastAsOne) {
  expect_tied(run_of({rate("dot", "avx512_vnni", named("w8a8"), 256, 2),
                      rate("dot", "avx512_vnni", named("w8a8"), 256)}),
              "each of 2 threads is as fast as one");
  expect_tied(run_of({stream_row("read", "l1", 2, 0x1p37), stream_row("read", "l1", 1, 0x1p36)}),
              "each of 2 threads is as fast as one");
  // Levels that cores share say nothing of one another's threads.
  EXPECT_TRUE(analyze_run(run_of({stream_row("read", "l3", 2, 0x1p36),
                                  stream_row("read", "l3", 1, 0x1p36)}))
                  .warnings.empty());
}

TEST(Consistency, KindsOfCoreAreNotComparedWithOneAnother) {
  roofmark::Run run =
      run_of({rate("fma", "avx2", named("f32"), 32), rate("fma", "avx2", named("f64"), 8)});
  run.rows[0].conditions.cores = "p";
  run.rows[1].conditions.cores = "e";
  run.machine.cpu = {.vendor = "GenuineIntel", .cores = 2, .threads = 2};
  run.machine.cpu.family = 6;
  run.machine.cpu.model_number = 183;
  run.machine.cpu.kinds = {{.name = "p", .cpus = {0}, .cores = 1},
                           {.name = "e", .cpus = {1}, .cores = 1}};
  EXPECT_TRUE(analyze_run(run).warnings.empty());
  run.rows[1].conditions.cores = "p";  // and on one of them they are
  EXPECT_EQ(analyze_run(run).warnings.size(), 1u);
}

TEST(Consistency, ANearerLevelIsNoSlowerToRead) {
  const char* levels[] = {"l1", "l2", "l3", "dram"};
  std::vector<Measurement> rows(4);
  for (int i = 0; i < 4; ++i) rows[i] = stream_row("read", levels[i], 1, 0x1p36 / (i + 1));
  EXPECT_TRUE(analyze_run(run_of(rows)).warnings.empty());
  std::swap(rows[2].work, rows[3].work);
  const std::vector<Warning> warnings = analyze_run(run_of(rows)).warnings;
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].what.find("of l3 and dram the nearer is no slower to read"),
            std::string::npos)
      << warnings[0].what;
  rows[3].conditions.pages = "4k";  // another page size is another matter
  EXPECT_TRUE(analyze_run(run_of(rows)).warnings.empty());
}

TEST(Consistency, ANearerLevelAnswersNoLater) {
  const std::vector<Measurement> rows{latency("l1", 1e-9), latency("l2", 4e-9),
                                      latency("l3", 12e-9), latency("dram", 100e-9)};
  EXPECT_TRUE(analyze_run(run_of(rows)).warnings.empty());
  const std::vector<Warning> warnings =
      analyze_run(run_of({rows[0], latency("l2", 13e-9), rows[2], rows[3]})).warnings;
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].what.find("of l2 and l3 the nearer answers no later"), std::string::npos);
}

TEST(Consistency, ReadIsAtLeastHalfOfCopyWithWhicheverStores) {
  for (const char* stores : {"ordinary", "nt"}) {
    roofmark::Run run =
        run_of({stream_row("read", "dram", 1, 50), stream_row("copy", "dram", 1, 50, 50)});
    run.rows[1].conditions.stores = stores;
    EXPECT_TRUE(analyze_run(run).warnings.empty());
    run.rows[0].work.read = Bytes{45};
    ASSERT_EQ(analyze_run(run).warnings.size(), 1u);
    EXPECT_NE(analyze_run(run).warnings[0].what.find("at least half of copy"), std::string::npos);
  }
}

TEST(Consistency, DisturbedAndRefusedRowsAreNotHeldAgainstOthers) {
  roofmark::Run run =
      run_of({rate("fma", "avx512", named("f32"), 64), rate("fma", "avx2", named("f32"), 20)});
  EXPECT_EQ(analyze_run(run).warnings.size(), 1u);
  run.rows[1].contended = true;
  EXPECT_TRUE(analyze_run(run).warnings.empty());
  run.rows[1] = rate("fma", "avx2", named("f32"), 64);  // twice what it can do: grade X
  EXPECT_TRUE(analyze_run(run).warnings.empty());
}

}  // namespace
}  // namespace roofmark
