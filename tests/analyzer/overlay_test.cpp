#include "analyzer/overlay.h"

#include <gtest/gtest.h>

namespace roofmark {
namespace {

Layer layer() {
  return {.op = "q_proj",
          .phase = "decode",
          .kernel = "gemv",
          .shape = {{"n", 4096}, {"k", 4096}},
          .work = {.ops = Ops{2}, .read = Bytes{4}}};
}

Point point(const std::string& id, double seconds, char grade = 'A') {
  return {.id = id,
          .achieved = 2 / seconds,
          .share_measured = 0.9,
          .share_theoretical = 0.5,
          .seconds = seconds,
          .grade = grade};
}

Ceiling ceiling(const char* kind, double theoretical, char grade = 'A') {
  return {.device = "cpu",
          .kind = kind,
          .level = kind[0] == 'b' ? "dram" : "",
          .format = "f32",
          .value = 1.0,
          .theoretical = theoretical,
          .grade = grade};
}

TEST(Overlay, ALayerGetsTheFastestRowThatMeasuredIt) {
  Analysis analysis;
  analysis.layers = {layer()};
  analysis.points = {point("gemv/avx2/f32/cpu/t1/n=4096,k=4096,state=cold", 4),
                     point("gemv/avx512/f32/cpu/t2/n=4096,k=4096,state=cold", 2),
                     point("gemv/openblas/f32/cpu/t2/n=4096,k=4096", 3)};
  put_points(analysis, "cpu");
  EXPECT_EQ(analysis.layers[0].point, "gemv/avx512/f32/cpu/t2/n=4096,k=4096,state=cold");
  EXPECT_EQ(analysis.layers[0].achieved, 1.0);
  EXPECT_EQ(analysis.layers[0].share_measured, 0.9);
  EXPECT_EQ(analysis.layers[0].share_theoretical, 0.5);
}

TEST(Overlay, SharesAreOfTheRoofsThatStandBesideThem) {
  Analysis analysis;
  analysis.layers = {layer()};
  analysis.layers[0].attainable = OpRate{1.25};
  analysis.layers[0].attainable_theoretical = OpRate{4};
  Point row = point("gemv/avx512/f32/cpu/t2/n=4096,k=4096,state=cold", 2);
  row.share_measured = 1.01;  // of what the probe beside it reached
  analysis.points = {row};
  put_points(analysis, "cpu");
  EXPECT_EQ(analysis.layers[0].achieved, 1.0);
  EXPECT_EQ(analysis.layers[0].share_measured, 0.8);
  EXPECT_EQ(analysis.layers[0].share_theoretical, 0.25);
  EXPECT_EQ(analysis.layers[0].reason, "");
}

TEST(Overlay, AShareAbove100PercentSaysWhatItMeans) {
  const auto reason = [](double roof) {
    Analysis analysis;
    analysis.layers = {layer()};
    analysis.layers[0].attainable = OpRate{roof};
    analysis.points = {point("gemv/avx512/f32/cpu/t2/n=4096,k=4096,state=cold", 2)};  // 1 op/s
    put_points(analysis, "cpu");
    return analysis.layers[0].reason;
  };
  EXPECT_EQ(reason(1), "");
  EXPECT_NE(reason(0.99).find("within the error of its ceiling"), std::string::npos);
  EXPECT_NE(reason(0.9).find("slower whenever it was measured"), std::string::npos);
}

TEST(Overlay, ARowOfAnotherFormatKeepsItsOwnShare) {
  Analysis analysis;
  analysis.layers = {layer()};
  Layer& norm = analysis.layers[0];
  norm.kernel = "add";  // counted in bytes, measured in bf16
  norm.format = {DType::i8, DType::i8, DType::i32};
  norm.attainable = OpRate{8};
  analysis.points = {point("add/avx512/bf16-f32/cpu/t2/n=4096,k=4096,state=cold", 2)};
  put_points(analysis, "cpu");
  EXPECT_EQ(norm.share_measured, 0.9);
}

TEST(Overlay, RowsOfSomethingElseOrAboveTheirBoundDoNotCount) {
  Analysis analysis;
  analysis.layers = {layer()};
  analysis.points = {point("gemm/avx2/f32/cpu/t1/n=4096,k=4096", 1),
                     point("gemv/avx2/f32/cpu/t1/n=4096,k=40960", 1),
                     point("gemv/avx2/bf16-f32/cpu/t1/n=4096,k=4096", 1),
                     point("gemv/x/f32/cuda/t1/n=4096,k=4096", 1),
                     point("gemv/avx2/f32/cpu/t1/n=4096,k=4096", 1, 'X'),
                     point("gemv/avx2/f32/cpu/t1/n=4096,k=4096,level=l2,state=hot", 1),
                     point("gemv", 1),
                     point("", 1)};
  Point unmeasured = point("gemv/avx2/f32/cpu/t1/n=4096,k=4096", 1);
  unmeasured.seconds.reset();
  analysis.points.push_back(unmeasured);
  put_points(analysis, "cpu");
  EXPECT_EQ(analysis.layers[0].point, "");
  EXPECT_FALSE(analysis.layers[0].achieved);
}

/// The row that a layer gets where only that one is in the run.
std::string matched(const Layer& wanted, const std::string& id) {
  Analysis analysis;
  analysis.layers = {wanted};
  analysis.points = {point(id, 1)};
  put_points(analysis, "cpu");
  return analysis.layers[0].point;
}

TEST(Overlay, AnExtentThatTheLayerDoesNotHaveIsAnotherCall) {
  Layer attention = layer();
  attention.kernel = "attention";
  EXPECT_EQ(matched(attention, "attention/avx2/f32/cpu/t1/n=4096,k=4096,window=128,state=cold"),
            "");
  EXPECT_NE(matched(attention, "attention/avx2/f32/cpu/t1/n=4096,k=4096,state=cold"), "");
}

TEST(Overlay, AProductWithABiasIsMeasuredWithoutIt) {
  Layer biased = layer();
  biased.shape.extents.push_back({"bias", 1});
  const std::string id = "gemv/avx2/f32/cpu/t1/n=4096,k=4096,state=cold";
  EXPECT_EQ(matched(biased, id), id);
}

TEST(Overlay, AnotherToolsLayersMatchNoRow) {
  Layer foreign = layer();
  foreign.kernel.clear();
  EXPECT_EQ(matched(foreign, "/avx2/f32/cpu/t1/n=4096,k=4096"), "");
}

TEST(Overlay, TheTheoreticalRooflineIsTheHighestBoundPerFormat) {
  Analysis analysis;
  analysis.layers = {layer()};
  analysis.ceilings = {ceiling("compute", 50),       ceiling("compute", 100),
                       ceiling("compute", 900, 'X'), ceiling("bandwidth", 8),
                       ceiling("bandwidth", 4),      ceiling("latency", 1)};
  const Roofline theoretical = theoretical_roofline(analysis, "cpu");
  EXPECT_EQ(theoretical.engine.peaks.at("f32"), OpRate{100});
  EXPECT_EQ(theoretical.bandwidth, Bandwidth{8});
  put_theoretical(analysis, theoretical);
  EXPECT_EQ(analysis.layers[0].attainable_theoretical, OpRate{4});  // 2 op / 4 byte x 8 byte/s
}

TEST(Overlay, WithoutATheoreticalBandwidthNothingIsClaimed) {
  Analysis analysis;
  analysis.layers = {layer()};
  analysis.ceilings = {ceiling("compute", 50)};
  put_theoretical(analysis, theoretical_roofline(analysis, "cpu"));
  EXPECT_FALSE(analysis.layers[0].attainable_theoretical);
}

}  // namespace
}  // namespace roofmark
