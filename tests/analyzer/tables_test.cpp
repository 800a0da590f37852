// What the tables say beside their figures: reasons that many rows share, and how far to trust a
// run.
#include "analyzer/report/tables.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace roofmark {
namespace {

Ceiling unbounded(const std::string& id, const std::string& reason) {
  Ceiling ceiling;
  ceiling.id = id;
  ceiling.device = "cpu";
  ceiling.kind = "bandwidth";
  ceiling.level = "l2";
  ceiling.kernel = "read";
  ceiling.value = 1e9;
  ceiling.reason = reason;
  return ceiling;
}

std::vector<std::string> reasons_of(const std::vector<std::string>& whys) {
  Analysis analysis;
  for (const std::string& why : whys)
    analysis.ceilings.push_back(unbounded("read/" + std::to_string(analysis.ceilings.size()), why));
  std::vector<std::string> texts;
  for (const Reason& reason : remarks(analysis)) texts.push_back(reason.why);
  std::sort(texts.begin(), texts.end());
  return texts;
}

TEST(Reasons, ThatDifferInNumbersAreOneWithTheirRanges) {
  EXPECT_EQ(reasons_of(
                {"9 of 13 pairs disturbed", "12 of 14 pairs disturbed", "10 of 9 pairs disturbed"}),
            std::vector<std::string>{"9 to 12 of 9 to 14 pairs disturbed"});
  EXPECT_EQ(reasons_of({"spread by 9.5 %", "spread by 14.2 %."}),
            (std::vector<std::string>{"spread by 14.2 %.", "spread by 9.5 %"}));
  EXPECT_EQ(reasons_of({"spread by 9.5 %", "spread by 14.2 %"}),
            std::vector<std::string>{"spread by 9.5 to 14.2 %"});
}

TEST(Reasons, KeepTheDigitsOfWords) {
  EXPECT_EQ(
      reasons_of({"zen5 has no l2 rate of avx512", "zen5 has no l3 rate of avx2"}),
      (std::vector<std::string>{"zen5 has no l2 rate of avx512", "zen5 has no l3 rate of avx2"}));
}

TEST(Quality, CountsARowOnceHoweverManyOperatorsItServes) {
  Analysis analysis;
  Point point;
  point.id = "gemv/avx2/f32/cpu/t1/n=1,k=1";
  point.seconds = 1;
  point.grade = 'B';
  analysis.points = {point, point, point};
  analysis.ceilings = {unbounded("read/avx2/f32/cpu/t1/bytes=1", "")};
  analysis.ceilings[0].grade = 'A';
  const Quality counted = quality({&analysis, nullptr});
  EXPECT_EQ(counted.a, 1);
  EXPECT_EQ(counted.b, 1);
  EXPECT_EQ(counted.missing, 0);
}

/// The cell of a table's first row under a title.
std::string cell(const Table& table, const std::string& title) {
  for (std::size_t i = 0; i < table.columns().size(); ++i) {
    if (table.columns()[i].title == title) return table.rows().at(0).at(i);
  }
  return "no such column";
}

Table table_of(const Point& point) { return points_table({{&point, "an operator"}}, {}); }

TEST(PointsTable, SaysTheRateInTheUnitOfWhatBinds) {
  Point point;
  point.id = "gemv/avx512/f32/cpu/t1/n=4096,k=4096,state=cold";
  point.intensity = 0.5;
  point.achieved = 8e9;
  point.attainable_measured = 10e9;
  point.share_measured = 0.8;
  point.seconds = 1e-3;
  point.bound = "memory";
  EXPECT_EQ(cell(table_of(point), "achieved"), "16.0 GB/s");
  EXPECT_EQ(cell(table_of(point), "attainable"), "20.0 GB/s");
  EXPECT_EQ(cell(table_of(point), "of measured"), "80.0 %");
  point.bound = "compute";
  EXPECT_EQ(cell(table_of(point), "achieved"), "8.00 Gop/s");
  EXPECT_EQ(cell(table_of(point), "attainable"), "10.0 Gop/s");
  point.bound = "launch";
  EXPECT_EQ(cell(table_of(point), "achieved"), "8.00 Gop/s");
  point.bound = "memory";
  point.intensity = 0;  // nothing is computed: the rate is one of bytes already
  EXPECT_EQ(cell(table_of(point), "achieved"), "8.00 GB/s");
  EXPECT_EQ(cell(table_of(point), "attainable"), "10.0 GB/s");
}

TEST(PointsTable, SaysWhichMemoryTheDataLieIn) {
  Point point;
  point.seconds = 1e-6;
  point.id = "softmax/avx512/f32/cpu/t1/rows=8,cols=512,level=l1,state=hot";
  EXPECT_EQ(cell(table_of(point), "data in"), "L1");
  point.id = "softmax/avx512/f32/cpu/t2/rows=256,cols=512,level=l2,state=hot";
  EXPECT_EQ(cell(table_of(point), "data in"), "L2");
  point.id = "softmax/avx512/f32/cpu/t2/rows=4096,cols=512,state=cold";
  EXPECT_EQ(cell(table_of(point), "data in"), "DRAM");
}

TEST(PointsTable, SaysWhetherWeightsWerePackedWhereAnyRowDoes) {
  const Point plain{.id = "gemv/openblas/f32/cpu/t1/n=64,k=64,state=cold", .seconds = 1e-6},
      packed{.id = "gemv/onednn/f32/cpu/t1/n=64,k=64,state=cold,packed=yes", .seconds = 1e-6};
  EXPECT_EQ(cell(table_of(plain), "packed"), "no such column");
  EXPECT_EQ(cell(points_table({{&packed, "one"}, {&plain, "other"}}, {}), "packed"), "yes");
  EXPECT_EQ(cell(points_table({{&plain, "other"}, {&packed, "one"}}, {}), "packed"), "-");
}

TEST(PointsTable, SaysWhereALaunchIsMuchOfARowThatItDoesNotBind) {
  Point point{.id = "norm/avx512/f32/cpu/t2/rows=1,cols=64", .bound = "memory", .seconds = 1e-6};
  EXPECT_EQ(cell(table_of(point), "bound"), "memory");
  point.overhead_share = 0.09;
  EXPECT_EQ(cell(table_of(point), "bound"), "memory");
  point.overhead_share = 0.24;
  EXPECT_EQ(cell(table_of(point), "bound"), "memory, launch 24.0 %");
  point.bound = "launch";
  EXPECT_EQ(cell(table_of(point), "bound"), "launch 24.0 %");
}

}  // namespace
}  // namespace roofmark
