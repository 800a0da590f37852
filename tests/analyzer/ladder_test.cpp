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

}  // namespace
}  // namespace roofmark
