// What reports say of the memory: levels, latency under load, core to core.
#include "analyzer/report/probe_tables.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "analyzer/from_run.h"
#include "analyzer/report/report.h"
#include "tests/analyzer/made_up_run.h"
#include "tests/analyzer/markup_check.h"
#include "tests/analyzer/run_builder.h"

namespace roofmark {
namespace {

Sweep small_sweep() {
  Sweep sweep{.device = "cpu", .variant = "avx512", .threads = 2};
  for (int i = 0; i < 6; ++i) {
    sweep.points.push_back({.id = "s" + std::to_string(i),
                            .bytes = 4096.0 * (1 << 2 * i),
                            .value = i < 3 ? 800e9 : 300e9,
                            .grade = i == 5 ? 'C' : 'A'});
  }
  sweep.plateaus = {
      {.level = "l1",
       .value = 800e9,
       .low = 799e9,
       .high = 801e9,
       .first_bytes = 4096,
       .last_bytes = 65536,
       .points = 3},
      {.level = "l2", .value = 300e9, .first_bytes = 262144, .last_bytes = 4194304, .points = 3}};
  sweep.caches = {{"l1", 98304}};
  return sweep;
}

Ceiling hop(int a, int b, double seconds) {
  return {.id = "core_to_core/atomic/none/cpu/t2/a=" + std::to_string(a) +
                ",b=" + std::to_string(b) + ",passes=4000",
          .device = "cpu",
          .kind = "latency",
          .kernel = "core_to_core",
          .threads = 2,
          .value = seconds,
          .grade = 'A'};
}

Ceiling loaded(int delay, double load, double seconds) {
  Ceiling ceiling{.id = "loaded_latency/avx512/none/cpu/t4/bytes=1,loads=1,delay=" +
                        std::to_string(delay) + ",level=dram",
                  .device = "cpu",
                  .kind = "latency",
                  .level = "dram",
                  .kernel = "loaded_latency",
                  .threads = 4,
                  .value = seconds,
                  .grade = 'A'};
  ceiling.load = load;
  return ceiling;
}

std::vector<const Ceiling*> pointers(const std::vector<Ceiling>& ceilings) {
  std::vector<const Ceiling*> all(ceilings.size());
  std::transform(ceilings.begin(), ceilings.end(), all.begin(),
                 [](const Ceiling& ceiling) { return &ceiling; });
  return all;
}

TEST(MemoryTables, NameEachPlateauItsSizesAndTheCacheReported) {
  const Table table = plateaus_table({small_sweep()});
  ASSERT_EQ(table.rows().size(), 2u);
  EXPECT_EQ(table.rows()[0],
            (std::vector<std::string>{"sweep avx512, 2 threads", "L1", "4.00 KiB", "64.0 KiB",
                                      "800 GB/s", "[799 801]", "3", "96.0 KiB"}));
  EXPECT_EQ(table.rows()[1].back(), "-");
}

Ceiling rate(const char* kernel, const char* variant, int threads, double value) {
  return {.id = std::string(kernel) + "/" + variant + "/t" + std::to_string(threads),
          .device = "cpu",
          .kind = "compute",
          .format = "none-f32",
          .variant = variant,
          .kernel = kernel,
          .threads = threads,
          .value = value,
          .share = 0.5,
          .grade = 'A'};
}

TEST(ByInstructionSet, HasAColumnPerInstructionSetAndItsFastestVariant) {
  const std::vector<Ceiling> rows{rate("fadd", "avx2", 1, 59e9), rate("fadd", "avx2", 2, 118e9),
                                  rate("fma_add", "avx2-9x6", 1, 150e9),
                                  rate("fma_add", "avx2-11x4", 1, 167e9),
                                  rate("fadd", "avx512", 1, 117e9)};
  const Table table = by_instruction_set(pointers(rows), {rows[1].id});
  ASSERT_EQ(table.columns().size(), 4u);
  EXPECT_EQ(table.columns()[3].title, "avx512");
  ASSERT_EQ(table.rows().size(), 3u);
  EXPECT_EQ(table.rows()[0][3], "117 Gop/s 50.0 % A");
  EXPECT_EQ(table.rows()[1],
            (std::vector<std::string>{"fadd f32", "2", "118 Gop/s 50.0 % A contended", "-"}));
  EXPECT_EQ(table.rows()[2],
            (std::vector<std::string>{"fma_add f32", "1", "167 Gop/s 50.0 % A", "-"}));
}

TEST(MemoryTables, LoadGrowsDownTheTable) {
  const std::vector<Ceiling> rows{loaded(0, 40e9, 300e-9), loaded(16384, 1e9, 100e-9),
                                  loaded(256, 20e9, 130e-9)};
  const Table table = loaded_latency_table(pointers(rows));
  ASSERT_EQ(table.rows().size(), 3u);
  EXPECT_EQ(table.rows()[0][0], "1.00 GB/s");
  EXPECT_EQ(table.rows()[0][1], "100 ns");
  EXPECT_EQ(table.rows()[2][0], "40.0 GB/s");
}

TEST(MemoryTables, ALoadIsTheMedianBesideTheKeptSamples) {
  roofmark::Run run = zen5_run();
  run.rows = {timed("loaded_latency", "avx512", Role::latency_probe, 2, {.ops = Ops{10}}, 1e-6, 3)};
  run.rows[0].load_bytes_s = {10e9, 12e9, 99e9};
  run.rows[0].flags = {"", "", "stolen"};
  const Ceiling found = analyze_run(run).ceilings.at(0);
  EXPECT_EQ(found.load, 11e9);
  EXPECT_EQ(found.value, 1e-7);
  run.rows[0].load_bytes_s.clear();
  EXPECT_EQ(analyze_run(run).ceilings.at(0).load, std::nullopt);
}

TEST(MemoryTables, FewCoresAreAMatrixThatIsItsOwnMirror) {
  const Table table = core_to_core_table(pointers({hop(0, 1, 20e-9), hop(0, 2, 90e-9)}));
  ASSERT_EQ(table.rows().size(), 3u);
  EXPECT_EQ(table.rows()[0], (std::vector<std::string>{"CPU 0", "-", "20.0 ns", "90.0 ns"}));
  EXPECT_EQ(table.rows()[1], (std::vector<std::string>{"CPU 1", "20.0 ns", "-", "-"}));
}

TEST(MemoryTables, ManyCoresAreTheirExtremesAndMedian) {
  std::vector<Ceiling> hops;
  for (int b = 1; b < 64; ++b) hops.push_back(hop(0, b, (100 + b) * 1e-9));
  const Table table = core_to_core_table(pointers(hops));
  EXPECT_EQ(table.columns()[0].title, "63 pairs");
  ASSERT_EQ(table.rows().size(), 3u);
  EXPECT_EQ(table.rows()[0][1], "CPU 0 and 1");
  EXPECT_EQ(table.rows()[1][2], "132 ns");
  EXPECT_EQ(table.rows()[2][1], "CPU 0 and 63");
}

TEST(MemoryTables, StandInEveryReport) {
  Analysis analysis = made_up::analysis();
  analysis.sweeps = {small_sweep()};
  analysis.notes = {"dram read: best at 1 of 2 threads, 31.0 GB/s"};
  for (const Ceiling& row : {hop(0, 1, 20e-9), loaded(0, 40e9, 300e-9)}) {
    analysis.ceilings.push_back(row);
  }
  const Section section{&analysis, nullptr};
  for (auto* report : {text_report, markdown_report, html_report}) {
    const std::string made = report({&section, 1});
    for (const char* words : {"Levels of the memory", "Latency of the memory under load",
                              "Core to core", "best at 1 of 2 threads", "96.0 KiB"}) {
      EXPECT_NE(made.find(words), std::string::npos) << words;
    }
  }
  const std::string page = html_report({&section, 1});
  EXPECT_EQ(MarkupCheck::problem(page), "");
  EXPECT_NE(page.find("Bandwidth over size, sweep avx512, 2 threads</title>"), std::string::npos);
  EXPECT_NE(page.find("L1 96.0 KiB, as the machine reports it</title>"), std::string::npos);
  const std::string svg = svg_report({&section, 1});
  EXPECT_EQ(MarkupCheck::problem(svg), "");
  EXPECT_NE(svg.find("L2 300 GB/s, 256 KiB to 4.00 MiB, 3 sizes</title>"), std::string::npos);
  EXPECT_NE(svg.find(">4 MiB</text>"), std::string::npos);
  EXPECT_NE(csv_report({&section, 1}).find("plateau"), std::string::npos);
}

TEST(SweepCurve, OfOneSizeIsStillAPicture) {
  Sweep sweep = small_sweep();
  sweep.points.resize(1);
  sweep.plateaus.clear();
  EXPECT_EQ(MarkupCheck::problem(sweep_svg(sweep, "a").svg), "");
  EXPECT_EQ(sweep_svg(sweep, "a").svg.find("nan"), std::string::npos);
}

}  // namespace
}  // namespace roofmark
