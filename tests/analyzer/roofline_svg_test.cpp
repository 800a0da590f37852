// The roofline as a picture: what is drawn and how, and the very bytes of a small one.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <fstream>
#include <sstream>

#include "analyzer/report/axes.h"
#include "analyzer/report/report.h"
#include "analyzer/report/roofline.h"
#include "tests/analyzer/made_up_run.h"
#include "tests/analyzer/markup_check.h"
#include "tests/text.h"

namespace roofmark {
namespace {

std::string svg(const Analysis& analysis) {
  const std::array<Section, 1> sections{{{&analysis, nullptr}}};
  return svg_report(sections);
}

/// One slope, one flat, one point: 10 GB/s, 100 Gop/s, so a ridge at 10 op/B.
Analysis small() {
  Analysis analysis;
  analysis.title = "small";
  analysis.ceilings.push_back({.id = "read/avx2/f32/cpu/t1/bytes=1,level=dram",
                               .device = "cpu",
                               .kind = "bandwidth",
                               .level = "dram",
                               .format = "f32",
                               .variant = "avx2",
                               .kernel = "read",
                               .value = 10e9,
                               .low = 9.9e9,
                               .high = 10.1e9,
                               .theoretical = 12.8e9,
                               .datasheet = 12.8e9,
                               .share = 10 / 12.8,
                               .grade = 'A'});
  analysis.ceilings.push_back({.id = "fma/avx2/f32/cpu/t1/passes=1",
                               .device = "cpu",
                               .kind = "compute",
                               .format = "f32",
                               .variant = "avx2",
                               .kernel = "fma",
                               .value = 100e9,
                               .low = 99e9,
                               .high = 101e9,
                               .theoretical = 102e9,
                               .share = 100.0 / 102,
                               .grade = 'B'});
  analysis.points.push_back({.id = "gemv/avx2/f32/cpu/t1/n=4096,k=4096,state=cold",
                             .op = "q_proj",
                             .phase = "decode",
                             .intensity = 0.5,
                             .achieved = 4e9,
                             .attainable_measured = 5e9,
                             .share_measured = 0.8,
                             .bound = "memory",
                             .ceiling = "read/avx2/f32/cpu/t1/bytes=1,level=dram",
                             .seconds = 8e-3,
                             .low = 7e-3,
                             .high = 9e-3,
                             .grade = 'A'});
  return analysis;
}

TEST(RooflineSvg, OfASmallAnalysisIsTheRecordedOne) {
  std::ifstream file(ROOFMARK_TEST_DATA "/report/small.svg");
  std::stringstream recorded;
  recorded << file.rdbuf();
  const std::string now = svg(small());
  if (now != recorded.str()) std::ofstream(testing::TempDir() + "small.svg") << now;
  EXPECT_TRUE(now == recorded.str())
      << "look at " << testing::TempDir()
      << "small.svg; where it is right, it replaces tests/data/report/small.svg";
}

TEST(RooflineSvg, IsWellFormedAndAlwaysTheSame) {
  const Analysis analysis = made_up::analysis();
  EXPECT_EQ(MarkupCheck::problem(svg(analysis)), "");
  EXPECT_EQ(svg(analysis), svg(made_up::analysis()));
}

TEST(RooflineSvg, IsNamedForThoseWhoCannotSeeIt) {
  const std::string picture = svg(small());
  EXPECT_NE(picture.find("role=\"img\" aria-labelledby=\"roofline1-title roofline1-desc\""),
            std::string::npos);
  EXPECT_NE(picture.find("<title id=\"roofline1-title\">small, cpu, 1 thread</title>"),
            std::string::npos);
}

TEST(RooflineSvg, MarksTheRidge) {
  EXPECT_NE(svg(small()).find(">ridge 10.0 op/B</text>"), std::string::npos);
}

TEST(RooflineSvg, HasNoRidgeWhereTheMemoryIsNotKnown) {
  Analysis analysis = small();
  analysis.ceilings[0].level = "l3";
  EXPECT_EQ(svg(analysis).find(">ridge "), std::string::npos);
  EXPECT_EQ(svg(analysis).find("memory-bound"), std::string::npos);
}

TEST(RooflineSvg, NeverPlotsWhatWasRefused) {
  Analysis analysis = small();
  analysis.ceilings.push_back(analysis.ceilings[0]);
  analysis.ceilings.back().id = "read/avx512/f32/cpu/t1/bytes=1,level=dram";
  analysis.ceilings.back().value = 999e9;
  analysis.ceilings.back().grade = 'X';
  analysis.points.push_back(analysis.points[0]);
  analysis.points.back().op = "refused_point";
  analysis.points.back().grade = 'X';
  const std::string picture = svg(analysis);
  EXPECT_EQ(picture.find("999 GB/s"), std::string::npos);
  EXPECT_EQ(picture.find("refused_point"), std::string::npos);
  EXPECT_NE(picture.find("Not drawn: 1 refused"), std::string::npos);
}

TEST(RooflineSvg, PrefersAGradedCeilingToAFasterOneOfGradeCOfTheSameVariant) {
  Analysis analysis = small();
  analysis.ceilings.push_back(analysis.ceilings[0]);
  analysis.ceilings.back().id = "read/avx2/f32/cpu/t1/bytes=1,level=dram,pages=huge";
  analysis.ceilings.back().value = 11e9;
  analysis.ceilings.back().grade = 'C';
  EXPECT_NE(svg(analysis).find("DRAM read 10.0 GB/s"), std::string::npos);
  // Another instruction set's disturbed row above it: a roof at 10 would flatter what lies under
  // it.
  analysis.ceilings.back().variant = "avx512";
  EXPECT_NE(svg(analysis).find("DRAM read 11.0 GB/s"), std::string::npos);
}

TEST(RooflineSvg, TakesALevelsReadForItsRoof) {
  Analysis analysis = small();
  analysis.ceilings.push_back(analysis.ceilings[0]);
  analysis.ceilings.back().id = "copy/avx2/f32/cpu/t1/bytes=1,level=dram";
  analysis.ceilings.back().kernel = "copy";
  analysis.ceilings.back().value = 12e9;
  EXPECT_NE(svg(analysis).find("DRAM read 10.0 GB/s"), std::string::npos);
  analysis.ceilings[0].grade = 'X';
  EXPECT_NE(svg(analysis).find("DRAM copy 12.0 GB/s"), std::string::npos);
}

TEST(RooflineSvg, HatchesGradeCAndHollowsItsPoints) {
  Analysis analysis = small();
  EXPECT_EQ(svg(analysis).find("grade C</text>"), std::string::npos);
  analysis.ceilings[0].grade = analysis.points[0].grade = 'C';
  const std::string picture = svg(analysis);
  EXPECT_NE(picture.find(">grade C</text>"), std::string::npos);
  EXPECT_NE(picture.find("hollow: grade C</text>"), std::string::npos);
  EXPECT_NE(picture.find("stroke-dasharray=\"1 7\""), std::string::npos);
}

TEST(RooflineSvg, DrawsADataSheetDashedEvenWhereNothingWasMeasured) {
  Analysis analysis;
  analysis.ceilings.push_back(
      {.id = "a", .device = "gpu", .kind = "bandwidth", .level = "dram", .datasheet = 768e9});
  analysis.ceilings.push_back(
      {.id = "b", .device = "gpu", .kind = "compute", .format = "f16-f32", .datasheet = 154.8e12});
  const std::string picture = svg(analysis);
  EXPECT_EQ(count_of(picture, "stroke-dasharray=\"9 3 2 3\""), 3u);  // both and the legend
  EXPECT_EQ(picture.find("stroke-width=\"2.4\""), std::string::npos);
  EXPECT_NE(picture.find("768 GB/s data sheet"), std::string::npos);
}

TEST(RooflineSvg, GivesTheMostThreadsTheMainPictureAndNamesTheOthers) {
  const std::string picture = svg(made_up::analysis());
  EXPECT_NE(picture.find(">cpu, 2 threads</text>"), std::string::npos);
  EXPECT_NE(picture.find("Also measured, in the HTML report: cpu, 1 thread."), std::string::npos);
}

TEST(RooflineSvg, KeepsEveryCoordinateInsideThePicture) {
  Analysis analysis = small();
  analysis.points[0].intensity = 1e-12;  // absurd, but a file may say so
  analysis.points[0].achieved = 1e-3;
  analysis.ceilings[0].value = 1e30;
  const std::string picture = svg(analysis);
  EXPECT_EQ(MarkupCheck::problem(picture), "");
  for (const char* bad : {"nan", "inf", "unknown\"", "=\"-", "e+"}) {
    EXPECT_EQ(picture.find(bad), std::string::npos) << bad;
  }
}

TEST(LogAxis, MapsDecadesEvenly) {
  const LogAxis axis{.low = 1, .high = 100, .from = 0, .to = 200};
  EXPECT_DOUBLE_EQ(axis.at(1), 0);
  EXPECT_DOUBLE_EQ(axis.at(10), 100);
  EXPECT_DOUBLE_EQ(axis.value_at(100), 10);
  EXPECT_DOUBLE_EQ(axis.pixels_per_decade(), 100);
}

TEST(LogAxis, LabelsItsDecades) {
  std::vector<std::string> labels;
  for (const Tick& tick : ticks({.low = 0.3, .high = 200}, "")) {
    if (!tick.label.empty()) labels.push_back(tick.label);
  }
  EXPECT_EQ(labels, (std::vector<std::string>{"1", "10", "100"}));
  EXPECT_EQ(ticks({.low = 1e9, .high = 9e10}, "op/s")[0].label, "1 Gop/s");
  EXPECT_EQ(ticks({.low = 1e9, .high = 9e10}, "op/s")[1].label, "2 Gop/s");
}

TEST(Labels, AreSpreadWithoutChangingTheirOrder) {
  EXPECT_EQ(spread({10, 30}, 15, 0, 100), (std::vector<double>{10, 30}));
  EXPECT_EQ(spread({10, 10}, 10, 0, 100), (std::vector<double>{5, 15}));
  EXPECT_EQ(spread({0, 0, 0}, 10, 0, 100), (std::vector<double>{0, 10, 20}));
  EXPECT_EQ(spread({98, 99}, 10, 0, 100), (std::vector<double>{90, 100}));
}

TEST(Labels, KnowWhatIsTaken) {
  Placer placer;
  placer.take({{0, 0, 10, 10}});
  EXPECT_FALSE(placer.free({{5, 5, 15, 15}}));
  EXPECT_TRUE(placer.free({{10, 0, 20, 10}}));
  // A sloped text leaves the corner below it free, which one box around all of it would not.
  placer = {};
  placer.take(text_boxes(0, 100, 100, 10, -0.785));
  EXPECT_TRUE(placer.free({{60, 90, 70, 100}}));
  EXPECT_FALSE(placer.free({{30, 55, 40, 65}}));
}

}  // namespace
}  // namespace roofmark
