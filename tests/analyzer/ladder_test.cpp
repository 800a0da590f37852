// Which ceilings are roofs, which are only listed, and in what order.
#include "analyzer/report/ladder.h"

#include <gtest/gtest.h>

#include "analyzer/report/identity.h"

namespace roofmark {
namespace {

Ceiling bandwidth(const std::string& kernel, const std::string& level, double value,
                  const std::string& memory = "") {
  Ceiling ceiling;
  ceiling.id = kernel + "/simt/f32/cuda/t1/bytes=1,level=" + level +
               (memory.empty() ? "" : ",memory=" + memory);
  ceiling.device = "cuda";
  ceiling.kind = "bandwidth";
  ceiling.level = level;
  ceiling.kernel = kernel;
  ceiling.variant = "simt";
  ceiling.value = value;
  ceiling.grade = 'B';
  return ceiling;
}

TEST(Ladder, TheLinkToTheHostIsListedAndIsNoRoof) {
  Analysis analysis;
  analysis.ceilings = {bandwidth("h2d", "link", 50e9, "pinned"), bandwidth("read", "dram", 4e12),
                       bandwidth("read", "shared", 30e12)};
  const std::vector<Panel> drawn = panels(analysis);
  ASSERT_EQ(drawn.size(), 1u);
  ASSERT_EQ(drawn[0].slopes.size(), 2u);
  EXPECT_EQ(drawn[0].slopes[0]->level, "shared");
  EXPECT_EQ(drawn[0].slopes[1]->level, "dram");
  EXPECT_TRUE(drawn[0].others.empty());
  const Ladder listed = ladder(analysis);
  ASSERT_EQ(listed.roof.size(), 3u);
  EXPECT_EQ(ceiling_name(*listed.roof[2]), "LINK h2d simt pinned memory");
}

TEST(Ladder, OfAGpusThreeKindsOfMemoryTheFastestReadIsTheRoof) {
  Analysis analysis;
  analysis.ceilings = {bandwidth("read", "dram", 140e9, "pinned"), bandwidth("read", "dram", 150e9),
                       bandwidth("read", "dram", 145e9, "managed"),
                       bandwidth("contention", "dram", 90e9)};
  const std::vector<Panel> drawn = panels(analysis);
  ASSERT_EQ(drawn.size(), 1u);
  ASSERT_EQ(drawn[0].slopes.size(), 1u);
  EXPECT_EQ(ceiling_name(*drawn[0].slopes[0]), "DRAM read simt");
  EXPECT_EQ(drawn[0].others.size(), 3u);
}

Ceiling on_cpu(const std::string& kernel, const std::string& format, const std::string& level,
               int threads, double value) {
  Ceiling ceiling = bandwidth(kernel, level, value);
  ceiling.id = kernel + "/avx512/" + format + "/cpu/t" + std::to_string(threads) + "/bytes=1";
  ceiling.device = "cpu";
  ceiling.variant = "avx512";
  ceiling.format = format;
  ceiling.threads = threads;
  if (level.empty()) ceiling.kind = "compute";
  return ceiling;
}

TEST(Ladder, TheMemoryIsAsFastAsAtItsBestNumberOfThreads) {
  Analysis analysis;
  analysis.ceilings = {
      on_cpu("read", "f32", "dram", 4, 38e9), on_cpu("read", "f32", "dram", 16, 33e9),
      on_cpu("read", "f32", "l1", 4, 900e9), on_cpu("read", "f32", "l1", 16, 3000e9)};
  const std::vector<Panel> drawn = panels(analysis);
  ASSERT_EQ(drawn.size(), 2u);
  EXPECT_EQ(drawn[0].threads, 16);
  ASSERT_EQ(drawn[0].slopes.size(), 2u);
  EXPECT_EQ(drawn[0].slopes[0]->threads, 16);  // caches are those of the threads shown
  EXPECT_EQ(drawn[0].slopes[1]->threads, 4);
  EXPECT_EQ(drawn[0].others.size(), 1u);
  EXPECT_EQ(drawn[1].slopes[1]->value, 38e9);
  const Ladder listed = ladder(analysis);
  EXPECT_EQ(listed.roof.size(), 2u);
  ASSERT_EQ(listed.others.size(), 1u);
  EXPECT_EQ(listed.others[0].title, "Other bandwidths");
  EXPECT_EQ(listed.others[0].rows.size(), 2u);
}

TEST(Ladder, RatesThatAreNoProductsAreNoRoof) {
  Analysis analysis;
  analysis.ceilings = {
      on_cpu("fma", "f32", "", 1, 200e9), on_cpu("fma_add", "none-f32", "", 1, 300e9),
      on_cpu("exp", "none-f32", "", 1, 10e9), on_cpu("fadd", "none-f64", "", 1, 50e9)};
  const std::vector<Panel> drawn = panels(analysis);
  ASSERT_EQ(drawn.size(), 1u);
  ASSERT_EQ(drawn[0].flats.size(), 1u);
  EXPECT_EQ(drawn[0].flats[0]->kernel, "fma");
  const Ladder listed = ladder(analysis);
  EXPECT_EQ(listed.roof.size(), 1u);
  EXPECT_TRUE(listed.others.empty());
  ASSERT_EQ(listed.rates.size(), 3u);
  EXPECT_EQ(ceiling_name(*listed.rates[1]), "fadd f64 avx512");
}

TEST(Ladder, SortsWhatItLimitsAndLeavesSweepsToTheirTable) {
  Analysis analysis;
  analysis.ceilings = {
      on_cpu("sweep", "f32", "sweep", 1, 1e9), on_cpu("latency", "none", "l2", 1, 4e-9),
      on_cpu("latency", "none", "l1", 1, 1e-9), on_cpu("barrier", "none", "", 2, 1e-7),
      on_cpu("core_to_core", "none", "", 2, 2e-8)};
  for (std::size_t i = 1; i < 5; ++i) analysis.ceilings[i].kind = i == 3 ? "overhead" : "latency";
  const Ladder listed = ladder(analysis);
  EXPECT_TRUE(listed.roof.empty());
  EXPECT_TRUE(panels(analysis).empty());
  ASSERT_EQ(listed.others.size(), 2u);
  EXPECT_EQ(listed.others[0].title, "Latency");
  EXPECT_EQ(listed.others[0].rows[0]->level, "l1");
  EXPECT_EQ(listed.others[1].title, "Overheads");
  EXPECT_EQ(listed.core_to_core.size(), 1u);
}

TEST(Ladder, NamesTheKindOfCoreAndTheNode) {
  Ceiling ceiling = on_cpu("read", "f32", "dram", 4, 1);
  ceiling.node = "0:1";
  EXPECT_EQ(ceiling_name(ceiling), "DRAM read avx512 node 0:1");
  ceiling = on_cpu("fma", "f32", "", 4, 1);
  ceiling.cores = "p";
  EXPECT_EQ(ceiling_name(ceiling), "f32 avx512 fma p cores");
}

}  // namespace
}  // namespace roofmark
