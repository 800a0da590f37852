// Which quantization is fastest, by the rows of a product.
#include "analyzer/sweet_spot.h"

#include <gtest/gtest.h>

#include "core/strict_json.h"
#include "tests/analyzer/made_up_device.h"
#include "tests/app/program.h"

namespace roofmark {
namespace {

const Crossover& crossover(const SweetSpot& spot, const std::string& from, const std::string& to) {
  for (const Crossover& one : spot.crossovers) {
    if (one.from == from && one.to == to) return one;
  }
  throw std::out_of_range(from + " " + to);
}

TEST(SweetSpot, RidgesAndCrossoversAreThePublishedOnes) {
  const std::string path = std::string(ROOFMARK_TEST_DATA) + "/sweet_spots.json";
  const auto devices = JsonView::parse(contents(path), path).at("devices").elements();
  ASSERT_EQ(devices.size(), 6u);
  for (const JsonView& device : devices) {
    const JsonView formats = device.at("formats");
    const auto figure = [&](const char* format, std::size_t column) {
      return formats.at(format).elements()[column].number(0, 1e18);
    };
    const Roofline roofline = roofline_with(figure("W16A16", 0), figure("W8A8", 0),
                                            device.at("bandwidth").number(0, 1e14));
    SweetSpot spot = sweet_spot(roofline, WeightScales::none, DType::f16);
    const OperandWidths w8a16{"W8A16", {DType::i8, DType::f16, DType::f32}, 1};
    spot.roofs.push_back(quantized_roof(w8a16, roofline));
    ASSERT_EQ(spot.roofs.size(), 5u);
    for (const QuantizedRoof& roof : spot.roofs) {
      const char* name = roof.quantization.name.c_str();
      EXPECT_EQ(roof.peak->value, figure(name, 0)) << name;
      EXPECT_DOUBLE_EQ(roof.slope->value, figure(name, 1)) << name;
      EXPECT_DOUBLE_EQ(*roof.ridge, figure(name, 2)) << name;
      // perf(m) = min(peak, 2 m BW / bytes per weight) on both sides of the ridge
      EXPECT_DOUBLE_EQ(roof.attainable(*roof.ridge / 2)->value, roof.peak->value / 2);
      EXPECT_DOUBLE_EQ(roof.attainable(2 * *roof.ridge)->value, roof.peak->value);
    }
    EXPECT_DOUBLE_EQ(crossover(spot, "W4A16", "W8A8").rows,
                     device.at("w8a8_overtakes_w4a16").number(0, 1e6));
    EXPECT_DOUBLE_EQ(crossover(spot, "W4A16", "W4A8").rows,
                     device.at("w4a8_leaves_w4a16").number(0, 1e6));
  }
}

TEST(SweetSpot, TheMostPreciseOfTheFastestWins) {
  // A100 of 2.0 TB/s: ridges 39 (W4A16), 78 (W4A8) and 156 (W16A16, W8A8).
  const SweetSpot spot =
      sweet_spot(roofline_with(312e12, 624e12, 2e12), WeightScales::none, DType::f16);
  ASSERT_EQ(spot.ranges.size(), 3u);
  EXPECT_EQ(spot.ranges[0].best, "W4A16");
  EXPECT_EQ(spot.ranges[0].first, 1);
  EXPECT_EQ(spot.ranges[0].last, 39);
  EXPECT_EQ(spot.ranges[1].best, "W4A8");
  EXPECT_EQ(spot.ranges[1].last, 155);
  EXPECT_EQ(spot.ranges[2].best, "W8A8");  // as fast as W4A8 from its ridge on, and more precise
  EXPECT_EQ(spot.ranges[2].first, 156);
  EXPECT_EQ(spot.ranges[2].last, 0);
  EXPECT_FALSE(crossover(spot, "W4A8", "W8A8").overtakes);
  EXPECT_TRUE(crossover(spot, "W4A16", "W8A8").overtakes);
}

TEST(SweetSpot, ScalesOfFourBitWeightsCostTwoBytesPer128) {
  const auto ideal = operand_widths(WeightScales::none),
             scaled = operand_widths(WeightScales::per_128);
  EXPECT_EQ(ideal[1].weight_bytes, 0.5);
  EXPECT_EQ(scaled[1].weight_bytes, 0.5 + 2.0 / 128);
  EXPECT_EQ(scaled[3].weight_bytes, 0.5 + 2.0 / 128);
  for (const std::size_t i : {0u, 2u}) EXPECT_EQ(ideal[i].weight_bytes, scaled[i].weight_bytes);
  const Roofline roofline = roofline_with(312e12, 624e12, 2e12);
  EXPECT_DOUBLE_EQ(*sweet_spot(roofline, WeightScales::per_128, DType::f16).roofs[1].ridge,
                   39 * 1.03125);
}

TEST(SweetSpot, FourBitWeightsDoNotComputeAtTheInt8PeakWithSixteenBitActivations) {
  const SweetSpot spot =
      sweet_spot(roofline_with(312e12, 624e12, 2e12), WeightScales::none, DType::f16);
  EXPECT_EQ(spot.roofs[1].quantization.name, "W4A16");
  EXPECT_EQ(spot.roofs[1].peak, OpRate{312e12});
}

TEST(SweetSpot, WhatTheRooflineLacksSaysWhy) {
  const SweetSpot no_int8 =
      sweet_spot(roofline_with(312e12, 0, 2e12), WeightScales::none, DType::f16);
  EXPECT_EQ(no_int8.roofs[2].ridge, std::nullopt);
  EXPECT_EQ(no_int8.roofs[2].reason,
            "made up has no known w8a8 peak (it has f16-f32); pass --peak w8a8=VALUE, or another "
            "--dtype");
  ASSERT_EQ(no_int8.ranges.size(), 2u);  // W4A16, then W16A16 is as fast
  EXPECT_EQ(no_int8.ranges[1].best, "W16A16");
  const SweetSpot nothing = sweet_spot({}, WeightScales::none, DType::f16);
  EXPECT_TRUE(nothing.ranges.empty());
  EXPECT_TRUE(nothing.crossovers.empty());
  EXPECT_NE(nothing.roofs[0].reason.find("no hardware was named"), std::string::npos);
}

TEST(SweetSpot, SixteenBitsAreThoseThatTheDeviceHas) {
  Roofline cpu{.name = "cpu", .bandwidth = Bandwidth{1e11}};
  cpu.engine.peaks["bf16-f32"] = OpRate{4e12};
  EXPECT_EQ(sixteen_bits_on(cpu), DType::bf16);
  EXPECT_EQ(sweet_spot(cpu, WeightScales::none, sixteen_bits_on(cpu)).roofs[1].peak, OpRate{4e12});
  EXPECT_EQ(sixteen_bits_on(roofline_with(1e12, 0, 1e11)), DType::f16);
}

}  // namespace
}  // namespace roofmark
